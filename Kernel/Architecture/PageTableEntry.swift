// SPDX-License-Identifier: MIT

/// An entry of a page table, 64 bits wide, as PAE and long mode have it. Nested page tables of SVM have the same form.
/// (AMD APM vol. 2 §5.3, §5.4 and §15.25.6)
public struct PageTableEntry: OptionSet, BitwiseCopyable, Sendable {
    public let rawValue: UInt64
    public init(rawValue: UInt64) { self.rawValue = rawValue }

    /// Bit 0, P: the entry is in use.
    public static let present = PageTableEntry(rawValue: 1 << 0)
    /// Bit 1, R/W: writes are allowed.
    public static let writable = PageTableEntry(rawValue: 1 << 1)
    /// Bit 2, U/S: user code may use it.
    public static let user = PageTableEntry(rawValue: 1 << 2)
    /// Bit 3, PWT, with bit 4, PCD: not cached.
    public static let uncached = PageTableEntry(rawValue: 1 << 3 | 1 << 4)
    /// Bit 5, A: has been used.
    public static let accessed = PageTableEntry(rawValue: 1 << 5)
    /// Bit 6, D: has been written through.
    public static let dirty = PageTableEntry(rawValue: 1 << 6)
    /// Bit 7, PS: a large page rather than a table.
    public static let large = PageTableEntry(rawValue: 1 << 7)
    /// Bit 63, NX: no instructions are fetched.
    public static let noExecute = PageTableEntry(rawValue: 1 << 63)

    /// Bits 51:12, where the table or page lies.
    public static let addressMask: UInt64 = 0x000F_FFFF_FFFF_F000

    /// The address of the table or page.
    @inline(__always)
    public var address: UInt64 { rawValue & PageTableEntry.addressMask }

    /// An entry for the table or page at an address.
    @inline(__always)
    public init(_ address: UInt64, _ flags: PageTableEntry) {
        rawValue = address & PageTableEntry.addressMask | flags.rawValue
    }
}

/// The number of entries in a table whose entries have 64 bits.
public let entriesPerTable: UInt64 = 512

/// The index into the table of a level, 1 for the table whose entries map 4 KiB pages, 4 for the root of long mode.
@inline(__always)
public func tableIndex(of address: UInt64, level: UInt64) -> UInt64 {
    address &>> (3 &+ 9 &* level) & (entriesPerTable &- 1)
}
