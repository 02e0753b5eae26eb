// SPDX-License-Identifier: MIT
import Architecture
import Testing

@testable import Hypervisor

/// Memory that is given back in turns.
struct RelinquishTests {
    let arena = TestArena(bytes: 48 << 20)

    @Test("a turn gives back a bounded part, the last one all that is left", arguments: NestedPageTableFormat.both)
    func turns(format: NestedPageTableFormat) throws {
        let start = arena.allocator.freeCount
        let map = try TestMap(arena, format: format)
        for number in UInt64(0)..<20 { _ = try map.mapLarge(number * 0x200) }
        for number in UInt64(0)..<300 { try map.mapMemory(0x4_0000_0000 + number) }
        let shown = try arena.takeZeroedFrame()
        try map.map(0x5_0000_0000, to: shown, use: .special)
        let before = arena.allocator.freeCount
        #expect(!map.relinquish())
        #expect((8192..<8192 + 512).contains(arena.allocator.freeCount - before))
        #expect(map.ramFrameCount == 20 * 512 + 300 - 8192)
        #expect(map.lookup(0)?.frame == nil)
        #expect(map.lookup(0x4_0000_0000)?.use == .ram)
        #expect(map.relinquish())
        #expect(map.ramFrameCount == 0)
        #expect(map.tableCount == 1)
        // The root table, the translations that are kept, and the page that is not memory.
        #expect(arena.allocator.freeCount == start - 3)
        #expect(map.relinquish())
    }
}
