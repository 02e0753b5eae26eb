// SPDX-License-Identifier: MIT

/// A part of a guest image that is copied into guest memory: an ELF program header of type PT_LOAD.
public struct LoadSegment: Equatable, Sendable {
    /// The bytes of the file to copy.
    public let fileRange: Range<Int>

    /// The guest-physical address they are copied to (`p_paddr`; the virtual address does not matter to a PVH start).
    public let physicalAddress: UInt64

    /// How many bytes the segment takes in memory: what is more than the file holds is zero.
    public let memorySize: UInt64

    /// The guest-physical address just above the segment. It is at most 4 GiB.
    public var endAddress: UInt64 { physicalAddress + memorySize }

    func overlaps(_ other: LoadSegment) -> Bool {
        physicalAddress < other.endAddress && other.physicalAddress < endAddress
    }
}
