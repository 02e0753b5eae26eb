// SPDX-License-Identifier: MIT
import Architecture
import Testing

@testable import Hypervisor

/// The entries of nested page tables, bit by bit. (AMD APM vol. 2 §15.25.5; Intel SDM vol. 3C §29.3.2)
struct NestedPageTableFormatTests {
    let arena = TestArena()

    /// The entries on the way to a guest frame, from level 4 down to the one that maps it.
    private func entries(of frame: UInt64, in map: TestMap) -> [UInt64] {
        var entries: [UInt64] = []
        var table = map.root
        for level in [4, 3, 2, 1] as [UInt64] {
            let index = frame >> (9 * (level - 1)) & 511
            let entry = PhysicalMemory.read(UInt64.self, at: table.advanced(by: index * 8))
            entries.append(entry)
            if level == 1 || entry & 1 << 7 != 0 { break }
            table = HostPhysicalAddress(entry & PageTableEntry.addressMask)
        }
        return entries
    }

    /// The bits of an entry that are no part of the address, and not software's.
    private func flags(_ entry: UInt64) -> UInt64 { entry & ~(PageTableEntry.addressMask | 0x7FF << 52) }

    @Test("AMD's: present, writable and the user's; pages are accessed and dirty already")
    func nestedPaging() throws {
        let map = try TestMap(arena, format: .nestedPaging)
        let frame = try map.mapMemory(0x123)
        try map.map(0x124, to: arena.takeZeroedFrame(), use: .special, writable: false)
        let first = try map.mapLarge(0x200)
        #expect(entries(of: 0x123, in: map).map(flags) == [7, 7, 7, 0x67])
        #expect(entries(of: 0x123, in: map)[3] & PageTableEntry.addressMask == frame.address.value)
        #expect(entries(of: 0x124, in: map).map(flags) == [7, 7, 7, 0x25])
        #expect(entries(of: 0x200, in: map).map(flags) == [7, 7, 0xE7])
        #expect(entries(of: 0x200, in: map)[2] & PageTableEntry.addressMask == first.address.value)
    }

    @Test("Intel's: readable, writable and executable; pages are write-back memory, and tables have no memory type")
    func extendedPaging() throws {
        let map = try TestMap(arena, format: .extendedPaging)
        try map.mapMemory(0x123)
        try map.map(0x124, to: arena.takeZeroedFrame(), use: .special, writable: false)
        _ = try map.mapLarge(0x200)
        #expect(entries(of: 0x123, in: map).map(flags) == [7, 7, 7, 0x37])
        #expect(entries(of: 0x124, in: map).map(flags) == [7, 7, 7, 0x35])
        #expect(entries(of: 0x200, in: map).map(flags) == [7, 7, 0xB7])
    }

    @Test("the pages of a large page that was split are as single ones are", arguments: NestedPageTableFormat.both)
    func split(format: NestedPageTableFormat) throws {
        let map = try TestMap(arena, format: format)
        try map.mapMemory(0x123)
        _ = try map.mapLarge(0x200)
        try map.unmap(0x203)
        #expect(entries(of: 0x204, in: map).map(flags) == entries(of: 0x123, in: map).map(flags))
        #expect(entries(of: 0x203, in: map).last == 0)
    }

    @Test("what software notes lies in bits that both processors ignore", arguments: NestedPageTableFormat.both)
    func softwareBits(format: NestedPageTableFormat) throws {
        let map = try TestMap(arena, format: format)
        try map.mapMemory(0x123)
        try map.map(0x124, to: arena.takeZeroedFrame(), use: .special)
        #expect(entries(of: 0x123, in: map)[3] >> 52 == 1)
        #expect(entries(of: 0x124, in: map)[3] >> 52 == 2)
        for entry in entries(of: 0x123, in: map).dropLast() { #expect(entry >> 52 == 0) }
    }
}
