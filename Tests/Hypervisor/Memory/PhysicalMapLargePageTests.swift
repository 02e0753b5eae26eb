// SPDX-License-Identifier: MIT
import Architecture
import Testing
import XenInterface

@testable import Hypervisor

struct PhysicalMapLargePageTests {
    let arena = TestArena()

    @Test("a large page maps 512 frames in a row, with one table less", arguments: NestedPageTableFormat.both)
    func lookup(format: NestedPageTableFormat) throws {
        let map = try TestMap(arena, format: format)
        let first = try map.mapLarge(0x200)
        for offset in UInt64(0)..<512 {
            #expect(map.lookup(0x200 + offset)?.frame.number == first.number + offset)
        }
        #expect(map.lookup(0x1FF) == nil)
        #expect(map.lookup(0x400) == nil)
        #expect(map.translate(0x20_0000 + 0x12_3456, forWriting: true) == first.address.value + 0x12_3456)
        #expect(map.tableCount == 3)
        #expect(map.ramFrameCount == 512)
        #expect(map.highestFrame == 0x3FF)
    }

    @Test(
        "splitting a large page by taking out one frame keeps the other 511", arguments: [0, 1, 255, 511],
        NestedPageTableFormat.both)
    func split(taken: UInt64, format: NestedPageTableFormat) throws {
        let map = try TestMap(arena, format: format)
        let first = try map.mapLarge(0x200)
        let before = arena.allocator.freeCount
        try map.unmap(0x200 + taken)
        for offset in UInt64(0)..<512 {
            let mapping = map.lookup(0x200 + offset)
            if offset == taken {
                #expect(mapping == nil)
            } else {
                #expect(mapping?.frame.number == first.number + offset)
                #expect(mapping?.use == .ram)
                #expect(mapping?.isWritable == true)
            }
        }
        #expect(arena.allocator.freeCount == before)  // one frame freed, one taken for the table
        #expect(map.tableCount == 4)
        #expect(map.ramFrameCount == 511)
        #expect(map.needsFlush)
    }

    @Test(
        "taking out all frames of a large page one by one leaves nothing behind", arguments: NestedPageTableFormat.both)
    func unmapAll(format: NestedPageTableFormat) throws {
        let before = arena.allocator.freeCount
        do {
            let map = try TestMap(arena, format: format)
            let empty = arena.allocator.freeCount
            _ = try map.mapLarge(0x200)
            for offset in UInt64(0)..<512 { try map.unmap(0x200 + offset) }
            #expect(map.tableCount == 1)
            #expect(map.ramFrameCount == 0)
            #expect(arena.allocator.freeCount == empty)
        }
        #expect(arena.allocator.freeCount == before)
    }

    @Test(
        "one frame of a large page can be moved away, and the hole filled again", arguments: NestedPageTableFormat.both)
    func moveOut(format: NestedPageTableFormat) throws {
        let map = try TestMap(arena, format: format)
        let first = try map.mapLarge(0)
        try map.move(7, to: 0x1000)
        #expect(map.lookup(0x1000)?.frame.number == first.number + 7)
        #expect(map.lookup(7) == nil)
        #expect(map.ramFrameCount == 512)
        let page = try arena.takeZeroedFrame()
        try map.map(7, to: page, use: .special)
        #expect(map.lookup(7)?.frame == page)
        #expect(map.lookup(8)?.frame.number == first.number + 8)
    }

    @Test(
        "a large page is not mapped over small ones, nor small ones over a large one",
        arguments: NestedPageTableFormat.both)
    func noOverlap(format: NestedPageTableFormat) throws {
        let map = try TestMap(arena, format: format)
        let small = try map.mapMemory(0x201)
        #expect(throws: XenError.alreadyExists) { _ = try map.mapLarge(0x200) }
        #expect(map.lookup(0x201)?.frame == small)
        _ = try map.mapLarge(0x400)
        let tables = map.tableCount
        let other = try arena.takeZeroedFrame()
        #expect(throws: XenError.alreadyExists) { try map.map(0x410, to: other, use: .ram) }
        #expect(map.tableCount == tables)  // a refused mapping splits nothing
    }

    @Test(
        "when no frame is free for the table, a large page cannot be split and stays whole",
        arguments: NestedPageTableFormat.both)
    func splitOutOfMemory(format: NestedPageTableFormat) throws {
        let map = try TestMap(arena, format: format)
        let first = try map.mapLarge(0x200)
        arena.leaveFree(0)
        #expect(throws: XenError.outOfMemory) { try map.unmap(0x203) }
        #expect(throws: XenError.outOfMemory) { try map.move(0x203, to: 0x1000) }
        #expect(map.lookup(0x203)?.frame.number == first.number + 3)
        #expect(map.ramFrameCount == 512)
    }
}
