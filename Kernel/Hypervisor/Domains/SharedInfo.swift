// SPDX-License-Identifier: MIT
import Architecture
import XenInterface

/// The page that a domain shares with the hypervisor: the virtual CPUs' event words, the pending and mask bits of all ports,
/// the date. A domain has it in the layout of its own word size. (Xen public header `xen.h`, struct shared_info)
public struct SharedInfo: ~Copyable {
    private let page: OwnedFrame
    /// The layout in force.
    public private(set) var layout = SharedInfoLayout.bits64

    /// A page of zeros. Nil when no frame is free.
    public init?(from allocator: FrameAllocator) {
        guard let page = OwnedFrame(from: allocator) else { return nil }
        self.page = page
    }

    /// The page's frame.
    public var frame: HostFrame { page.frame }

    /// The number of ports that the bits are enough for.
    public var portLimit: UInt32 { UInt32(truncatingIfNeeded: layout.eventChannelCount) }

    /// The place of a virtual CPU's structure, for the first 32 of them.
    public func vcpuInfo(_ identifier: UInt32) -> HostPhysicalAddress? {
        guard identifier < 32 else { return nil }
        return page.address.advanced(by: UInt64(identifier) &* 64)
    }

    /// Changes the layout, and writes what is the hypervisor's to its new places.
    public mutating func use(_ layout: SharedInfoLayout, clock: Clock) {
        self.layout = layout
        writeWallClock(clock)
    }

    /// Writes the date of system time zero. An odd version tells readers that it is being changed.
    public func writeWallClock(_ clock: Clock) {
        let version = PhysicalMemory.read(UInt32.self, at: place(layout.wallClockVersion))
        write(version | 1, at: layout.wallClockVersion)
        write(UInt32(truncatingIfNeeded: clock.wallClockSeconds), at: layout.wallClockSeconds)
        write(0, at: layout.wallClockNanoseconds)
        write(UInt32(truncatingIfNeeded: clock.wallClockSeconds &>> 32), at: layout.wallClockSecondsHigh)
        write((version | 1) &+ 1, at: layout.wallClockVersion)
    }

    /// Sets the pending bit of a port. Returns whether it was set before.
    func setPending(_ port: UInt32) -> Bool {
        PhysicalMemory.testAndSet(bit: UInt64(port & 63), of: word(layout.eventPending, port))
    }

    /// Clears the pending bit of a port.
    func clearPending(_ port: UInt32) {
        guard port < portLimit else { return }
        _ = PhysicalMemory.testAndClear(bit: UInt64(port & 63), of: word(layout.eventPending, port))
    }

    /// Whether the pending bit of a port is set.
    func isPending(_ port: UInt32) -> Bool { isSet(port, layout.eventPending) }

    /// Whether the guest has masked a port.
    func isMasked(_ port: UInt32) -> Bool { isSet(port, layout.eventMask) }

    /// Clears the mask bit of a port. Returns whether it was set before.
    func clearMask(_ port: UInt32) -> Bool {
        PhysicalMemory.testAndClear(bit: UInt64(port & 63), of: word(layout.eventMask, port))
    }

    private func isSet(_ port: UInt32, _ offset: Int) -> Bool {
        PhysicalMemory.read(UInt64.self, at: word(offset, port)) &>> UInt64(port & 63) & 1 != 0
    }

    /// The eight-byte word that holds a port's bit: the same bit in both layouts, as the bits are in one row.
    private func word(_ offset: Int, _ port: UInt32) -> HostPhysicalAddress {
        place(offset).advanced(by: UInt64(port &>> 6) &* 8)
    }

    private func place(_ offset: Int) -> HostPhysicalAddress { page.address.advanced(by: UInt64(offset)) }

    private func write(_ value: UInt32, at offset: Int) { PhysicalMemory.write(value, at: place(offset)) }
}
