// SPDX-License-Identifier: MIT

/// Names an address space: the types below carry it, so that addresses of different spaces cannot be mixed up.
public protocol AddressSpace {}

/// Physical memory of the machine we run on.
public enum HostPhysical: AddressSpace {}

/// What a guest takes for physical memory: nested page tables translate it to host-physical memory.
public enum GuestPhysical: AddressSpace {}

/// What a guest's own page tables translate to guest-physical memory; on x86 the sum of segment base and offset.
public enum GuestLinear: AddressSpace {}

/// The number of bytes in a frame, the smallest unit of memory that page tables map. (AMD APM vol. 2 §5.1)
public let frameSize: UInt64 = 4096

/// An address in one address space. There is no arithmetic on it but what pages need.
public struct Address<Space: AddressSpace>: Equatable, Comparable, BitwiseCopyable, Sendable {
    /// The address as the hardware writes it.
    public let value: UInt64

    /// An address from its value in bytes.
    @inline(__always)
    public init(_ value: UInt64) {
        self.value = value
    }

    /// The frame in which the address lies.
    @inline(__always)
    public var frame: Frame<Space> { Frame(value &>> 12) }

    /// The distance from the start of the frame, in bytes, less than `frameSize`.
    @inline(__always)
    public var offset: UInt64 { value & (frameSize &- 1) }

    /// The address that lies `bytes` further; it wraps at the end of 64 bits, as a guest's arithmetic does.
    @inline(__always)
    public func advanced(by bytes: UInt64) -> Address { Address(value &+ bytes) }

    /// Whether one address lies below another.
    public static func < (lower: Address, upper: Address) -> Bool { lower.value < upper.value }
}

/// A frame of one address space, by its number: the address divided by `frameSize`.
public struct Frame<Space: AddressSpace>: Equatable, Comparable, BitwiseCopyable, Sendable {
    /// The number of the frame.
    public let number: UInt64

    /// A frame from its number.
    @inline(__always)
    public init(_ number: UInt64) {
        self.number = number
    }

    /// The address of the frame's first byte.
    @inline(__always)
    public var address: Address<Space> { Address(number &<< 12) }

    /// The frame that lies `count` frames further; it wraps at the end of 64 bits.
    @inline(__always)
    public func advanced(by count: UInt64) -> Frame { Frame(number &+ count) }

    /// Whether one frame lies below another.
    public static func < (lower: Frame, upper: Frame) -> Bool { lower.number < upper.number }
}

/// An address in the machine's physical memory.
public typealias HostPhysicalAddress = Address<HostPhysical>
/// A frame of the machine's physical memory ("machine frame" in Xen's words).
public typealias HostFrame = Frame<HostPhysical>
/// An address in a guest's physical memory.
public typealias GuestPhysicalAddress = Address<GuestPhysical>
/// A guest frame number: a frame of a guest's physical memory.
public typealias GuestFrame = Frame<GuestPhysical>
/// A linear address of a guest.
public typealias GuestLinearAddress = Address<GuestLinear>

extension GuestLinearAddress {
    /// Whether bits 63:47 are all equal, as long mode demands. (AMD APM vol. 2 §5.3.1)
    @inline(__always)
    public var isCanonical: Bool {
        let upper = Int64(bitPattern: value) &>> 47
        return upper == 0 || upper == -1
    }
}
