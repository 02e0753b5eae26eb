// SPDX-License-Identifier: MIT

/// A line of the memory map that a PVH guest is given: `struct hvm_memmap_table_entry`, 24 bytes.
///
/// Source: Xen `public/arch-x86/hvm/start_info.h`.
public struct MemoryMapEntry: Equatable, Sendable {
    /// What a region is for. The numbers are those of E820 maps.
    public enum Kind: UInt32, Sendable {
        /// Memory for the guest to use as it likes.
        case ram = 1
        /// Not to be touched, except as its owner says: the special pages.
        case reserved = 2
        /// ACPI tables. A guest that has read them may use the memory.
        case acpiReclaimable = 3
    }

    /// Where the region lies.
    public let range: PhysicalRange

    /// What it is for.
    public let kind: Kind

    /// A region of the map.
    public init(range: PhysicalRange, kind: Kind) {
        self.range = range
        self.kind = kind
    }
}
