// SPDX-License-Identifier: MIT
import Architecture

/// A domain's nested page tables, to be walked as the processor walks them. Both vendors' formats have four levels of 512
/// entries; an entry that is in use has one of its low three bits set, bit 1 allows writing, and bit 7 makes a large page.
public struct NestedPageTables: BitwiseCopyable, Sendable {
    /// The frame of the highest table.
    let root: HostFrame
    /// The translations that were looked up last.
    let recent: NestedTranslationCache

    /// Guest frame numbers have 36 bits: 48 bits of address. What lies above is never mapped.
    public static let frameLimit: UInt64 = 1 << 36

    /// Whether the entry is in use.
    @inline(__always)
    static func isPresent(_ entry: UInt64) -> Bool { entry & 0b111 != 0 }

    /// Whether an entry of the given level maps memory rather than leading to a table.
    @inline(__always)
    static func isLeaf(_ entry: UInt64, level: UInt64) -> Bool { level == 1 || entry & 1 << 7 != 0 }

    /// Whether the guest may write through an entry.
    @inline(__always)
    static func isWritable(_ entry: UInt64) -> Bool { entry & 0b010 != 0 }

    /// What a guest frame is mapped to.
    public struct Mapping: BitwiseCopyable {
        /// The frame of the machine.
        public let frame: HostFrame
        /// Why it is mapped.
        public let use: FrameUse
        /// Whether the guest may write.
        public let isWritable: Bool
    }

    /// Looks up a guest frame; nil when nothing is mapped there.
    public func lookup(_ frame: GuestFrame) -> Mapping? {
        guard let (entry, level) = leaf(frame), let use = FrameUse(entry: entry) else { return nil }
        return Mapping(
            frame: NestedPageTables.target(of: entry, level: level, frame: frame), use: use,
            isWritable: NestedPageTables.isWritable(entry))
    }

    /// Translates a guest-physical address; nil when nothing is mapped there, or it is read-only and to be written. Every copy of
    /// every hypercall comes here several times.
    @inline(__always)
    public func translate(_ address: GuestPhysicalAddress, forWriting: Bool) -> HostPhysicalAddress? {
        recent.translate(address, forWriting: forWriting) ?? walk(address, forWriting: forWriting)
    }

    /// The same by the tables alone. What is found is kept for the next time.
    @inline(never)
    private func walk(_ address: GuestPhysicalAddress, forWriting: Bool) -> HostPhysicalAddress? {
        guard let (entry, level) = leaf(address.frame) else { return nil }
        let frame = NestedPageTables.target(of: entry, level: level, frame: address.frame)
        let isWritable = NestedPageTables.isWritable(entry)
        recent.keep(frame, for: address.frame, isWritable: isWritable)
        return isWritable || !forWriting ? frame.address.advanced(by: address.offset) : nil
    }

    /// The entry that maps a guest frame, and its level: 2 for a page of 2 MiB.
    @inline(__always)
    private func leaf(_ frame: GuestFrame) -> (entry: UInt64, level: UInt64)? {
        guard frame.number < NestedPageTables.frameLimit else { return nil }
        let highest = NestedPageTables.entry(of: frame, level: 4, in: root.address.value)
        guard NestedPageTables.isPresent(highest) else { return nil }
        let third = NestedPageTables.entry(of: frame, level: 3, in: highest & PageTableEntry.addressMask)
        guard NestedPageTables.isPresent(third) else { return nil }
        let second = NestedPageTables.entry(of: frame, level: 2, in: third & PageTableEntry.addressMask)
        guard NestedPageTables.isPresent(second) else { return nil }
        if NestedPageTables.isLeaf(second, level: 2) { return (second, 2) }
        let first = NestedPageTables.entry(of: frame, level: 1, in: second & PageTableEntry.addressMask)
        return NestedPageTables.isPresent(first) ? (first, 1) : nil
    }

    /// The entry for a guest frame in a table of some level.
    @inline(__always)
    private static func entry(of frame: GuestFrame, level: UInt64, in table: UInt64) -> UInt64 {
        let index = frame.number &>> (9 &* (level &- 1)) & (entriesPerTable &- 1)
        return PhysicalMemory.read(UInt64.self, at: HostPhysicalAddress(table &+ index &* 8))
    }

    /// The frame that a leaf of some level maps a guest frame to.
    @inline(__always)
    static func target(of entry: UInt64, level: UInt64, frame: GuestFrame) -> HostFrame {
        let within = frame.number & (1 &<< (9 &* (level &- 1)) &- 1)
        return HostPhysicalAddress(entry & PageTableEntry.addressMask).frame.advanced(by: within)
    }
}
