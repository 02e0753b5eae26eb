// SPDX-License-Identifier: MIT
import Architecture
import CPU

/// The hypervisor's own page tables: every address maps to itself. Code is executable and read-only, constants are
/// read-only, everything else is writable and not executable; the first page and the pages below the stacks are not mapped.
/// (AMD APM vol. 2 §5.3)
public struct KernelPageTables: ~Copyable {
    private let root: UInt64
    private let takeFrame: () -> UInt64
    private let hasGigabytePages: Bool

    /// Empty tables. `takeFrame` gives the address of a zeroed frame, each time another.
    public init(takeFrame: @escaping () -> UInt64) {
        self.takeFrame = takeFrame
        root = takeFrame()
        hasGigabytePages = cpu_cpuid(0x8000_0001, 0).edx & 1 << 26 != 0
    }

    /// Maps the bytes from `start` up to `end`, widened to whole pages, with the largest pages that fit.
    public func map(from start: UInt64, to end: UInt64, _ flags: PageTableEntry) {
        var address = start & ~(frameSize &- 1)
        while address < end {
            let level = largestLevel(at: address, end: end)
            let large: PageTableEntry = level > 1 ? .large : []
            cpu_store64(entry(for: address, level: level), PageTableEntry(address, [flags, large, .present]).rawValue)
            address &+= pageSize(level)
        }
    }

    /// Takes a 4 KiB page out; larger pages are split for that. Takes effect when the tables are loaded the next time.
    public func unmap(_ address: UInt64) {
        cpu_store64(entry(for: address, level: 1), 0)
    }

    /// The address of the highest table.
    public var rootAddress: UInt64 { root }

    /// Makes these tables the ones in force on this processor.
    public func load() {
        cpu_write_cr3(root)
    }

    private func pageSize(_ level: UInt64) -> UInt64 { 1 &<< (3 &+ 9 &* level) }

    private func largestLevel(at address: UInt64, end: UInt64) -> UInt64 {
        var level: UInt64 = hasGigabytePages ? 3 : 2
        while level > 1 && (address & (pageSize(level) &- 1) != 0 || end &- address < pageSize(level)) { level &-= 1 }
        return level
    }

    /// The address of the entry that maps an address at a level; tables on the way are made as needed.
    private func entry(for address: UInt64, level: UInt64) -> UInt64 {
        var table = root
        var current: UInt64 = 4
        while current > level {
            let slot = table &+ tableIndex(of: address, level: current) &* 8
            if cpu_load64(slot) == 0 {
                cpu_store64(slot, PageTableEntry(takeFrame(), [.present, .writable]).rawValue)
            }
            if PageTableEntry(rawValue: cpu_load64(slot)).contains(.large) { split(slot, level: current) }
            table = PageTableEntry(rawValue: cpu_load64(slot)).address
            current &-= 1
        }
        return table &+ tableIndex(of: address, level: level) &* 8
    }

    /// Replaces a large page by a table that maps the same with smaller ones.
    private func split(_ slot: UInt64, level: UInt64) {
        let large = PageTableEntry(rawValue: cpu_load64(slot))
        let flags = cpu_load64(slot) & ~PageTableEntry.addressMask & ~(level == 2 ? PageTableEntry.large.rawValue : 0)
        let table = takeFrame()
        for index in 0..<entriesPerTable {
            cpu_store64(table &+ index &* 8, large.address &+ index &* pageSize(level &- 1) | flags)
        }
        cpu_store64(slot, PageTableEntry(table, [.present, .writable]).rawValue)
    }
}
