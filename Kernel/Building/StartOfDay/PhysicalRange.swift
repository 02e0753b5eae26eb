// SPDX-License-Identifier: MIT

/// A part of the guest-physical address space.
public struct PhysicalRange: Equatable, Sendable {
    /// The lowest guest-physical address.
    public let address: UInt64

    /// The size in bytes.
    public let size: UInt64

    /// The address just above the range.
    public var endAddress: UInt64 { address + size }

    /// A range of `size` bytes from `address` on. Their sum must not exceed 64 bits.
    public init(address: UInt64, size: UInt64) {
        self.address = address
        self.size = size
    }
}
