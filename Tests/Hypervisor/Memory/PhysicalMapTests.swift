// SPDX-License-Identifier: MIT
import Architecture
import Testing
import XenInterface

@testable import Hypervisor

struct PhysicalMapTests {
    let arena = TestArena()

    @Test("an empty map translates nothing, and takes two frames", arguments: NestedPageTableFormat.both)
    func empty(format: NestedPageTableFormat) throws {
        let before = arena.allocator.freeCount
        let map = try TestMap(arena, format: format)
        #expect(arena.allocator.freeCount == before - 2)
        #expect(map.lookup(0) == nil)
        #expect(map.translate(0) == nil)
        #expect(map.translate(.max) == nil)
        #expect(map.tableCount == 1)
    }

    @Test("a mapped frame is found with its use, and its bytes at their offsets", arguments: NestedPageTableFormat.both)
    func mapAndLookup(format: NestedPageTableFormat) throws {
        let map = try TestMap(arena, format: format)
        let frame = try map.mapMemory(0x123)
        #expect(map.lookup(0x123)?.frame == frame)
        #expect(map.lookup(0x123)?.use == .ram)
        #expect(map.lookup(0x123)?.isWritable == true)
        #expect(map.translate(0x12_3ABC, forWriting: true) == frame.address.value + 0xABC)
        #expect(map.lookup(0x122) == nil)
        #expect(map.lookup(0x124) == nil)
        #expect(map.ramFrameCount == 1)
        #expect(map.highestFrame == 0x123)
    }

    @Test("a read-only page is translated for reading and not for writing", arguments: NestedPageTableFormat.both)
    func readOnly(format: NestedPageTableFormat) throws {
        let map = try TestMap(arena, format: format)
        let frame = try arena.takeZeroedFrame()
        try map.map(5, to: frame, use: .special, writable: false)
        #expect(map.translate(0x5010) == frame.address.value + 0x10)
        #expect(map.translate(0x5010, forWriting: true) == nil)
        #expect(map.lookup(5)?.isWritable == false)
        #expect(map.lookup(5)?.use == .special)
        #expect(map.ramFrameCount == 0)
    }

    @Test("what is mapped is not mapped over", arguments: NestedPageTableFormat.both)
    func alreadyMapped(format: NestedPageTableFormat) throws {
        let map = try TestMap(arena, format: format)
        let first = try map.mapMemory(9)
        let second = try arena.takeZeroedFrame()
        #expect(throws: XenError.alreadyExists) { try map.map(9, to: second, use: .special) }
        #expect(map.lookup(9)?.frame == first)
        #expect(map.ramFrameCount == 1)
    }

    @Test(
        "frame numbers have 36 bits: higher ones are refused and do not wrap onto low ones",
        arguments: NestedPageTableFormat.both)
    func frameLimit(format: NestedPageTableFormat) throws {
        let map = try TestMap(arena, format: format)
        let frame = try map.mapMemory(NestedPageTables.frameLimit - 1)
        #expect(map.lookup(NestedPageTables.frameLimit - 1)?.frame == frame)
        for number in [NestedPageTables.frameLimit, 1 << 52, .max] {
            let other = try arena.takeZeroedFrame()
            #expect(throws: XenError.invalidArgument) { try map.map(number, to: other, use: .ram) }
            #expect(map.lookup(number) == nil)
        }
        #expect(map.translate(1 << 48) == nil)
    }

    @Test("unmapping frees the memory and the tables that have become empty", arguments: NestedPageTableFormat.both)
    func unmapPrunes(format: NestedPageTableFormat) throws {
        let map = try TestMap(arena, format: format)
        let before = arena.allocator.freeCount
        try map.mapMemory(0x1_2345_6789)
        #expect(map.tableCount == 4)
        #expect(arena.allocator.freeCount == before - 4)
        try map.unmap(0x1_2345_6789)
        #expect(map.lookup(0x1_2345_6789) == nil)
        #expect(map.tableCount == 1)
        #expect(arena.allocator.freeCount == before)
        #expect(map.ramFrameCount == 0)
        #expect(map.needsFlush)
    }

    @Test(
        "what is unmapped is free only when no processor can reach it any more", arguments: NestedPageTableFormat.both)
    func retired(format: NestedPageTableFormat) throws {
        let before = arena.allocator.freeCount
        do {
            let map = try TestMap(arena, format: format)
            try map.mapMemory(5)
            let mapped = arena.allocator.freeCount
            try map.unmapOnly(5)
            #expect(arena.allocator.freeCount == mapped)
            map.settle()
            #expect(arena.allocator.freeCount == mapped + 4)  // the page and three tables
            try map.mapMemory(6)
            try map.unmapOnly(6)
        }
        #expect(arena.allocator.freeCount == before, "what was retired goes with the map")
    }

    @Test("a table goes only with its last entry", arguments: NestedPageTableFormat.both)
    func sharedTables(format: NestedPageTableFormat) throws {
        let map = try TestMap(arena, format: format)
        try map.mapMemory(0x1000)
        let kept = try map.mapMemory(0x1001)
        try map.unmap(0x1000)
        #expect(map.tableCount == 4)
        #expect(map.lookup(0x1001)?.frame == kept)
    }

    @Test("unmapping a special page leaves its frame to its owner", arguments: NestedPageTableFormat.both)
    func unmapSpecial(format: NestedPageTableFormat) throws {
        let map = try TestMap(arena, format: format)
        let frame = try arena.takeZeroedFrame()
        try map.map(7, to: frame, use: .special)
        let before = arena.allocator.freeCount
        try map.unmap(7)
        #expect(arena.allocator.freeCount == before + 3)  // three tables, and not the page
    }

    @Test("unmapping nothing changes nothing", arguments: NestedPageTableFormat.both)
    func unmapNothing(format: NestedPageTableFormat) throws {
        let map = try TestMap(arena, format: format)
        let before = arena.allocator.freeCount
        try map.unmap(0)
        try map.unmap(.max)
        #expect(arena.allocator.freeCount == before)
        #expect(!map.needsFlush)
    }

    @Test(
        "moved memory keeps its content and its count, and leaves its old place", arguments: NestedPageTableFormat.both)
    func move(format: NestedPageTableFormat) throws {
        let map = try TestMap(arena, format: format)
        let frame = try map.mapMemory(3)
        map.write(UInt64(0xFEED), at: 0x3008)
        let before = arena.allocator.freeCount
        try map.move(3, to: 0x10_0000)
        #expect(map.lookup(3) == nil)
        #expect(map.lookup(0x10_0000)?.frame == frame)
        #expect(map.read(UInt64.self, at: 0x1_0000_0008) == 0xFEED)
        #expect(map.ramFrameCount == 1)
        #expect(arena.allocator.freeCount == before)  // three new tables, of which the root's are the same number
    }

    @Test("memory that is moved takes the place of what was there", arguments: NestedPageTableFormat.both)
    func moveOnto(format: NestedPageTableFormat) throws {
        let map = try TestMap(arena, format: format)
        let first = try map.mapMemory(3)
        try map.mapMemory(4)
        let shown = try arena.takeZeroedFrame()
        try map.map(5, to: shown, use: .special)
        let before = arena.allocator.freeCount
        try map.move(3, to: 4)
        #expect(map.lookup(3)?.frame == nil)
        #expect(map.lookup(4)?.frame == first)
        #expect(map.ramFrameCount == 1)
        #expect(arena.allocator.freeCount == before + 1)
        try map.move(4, to: 5)
        #expect(map.lookup(5)?.frame == first)
        #expect(map.lookup(5)?.use == .ram)
        try map.move(5, to: 5)
        #expect(map.lookup(5)?.frame == first)
        #expect(arena.allocator.freeCount == before + 1, "the page that was shown is somebody else's")
        #expect(map.needsFlush)
    }

    @Test(
        "memory is not moved to where there can be none, and a special page not at all",
        arguments: NestedPageTableFormat.both)
    func moveRefused(format: NestedPageTableFormat) throws {
        let map = try TestMap(arena, format: format)
        let first = try map.mapMemory(3)
        let second = try map.mapMemory(4)
        #expect(throws: XenError.invalidArgument) { try map.move(3, to: NestedPageTables.frameLimit) }
        #expect(map.lookup(3)?.frame == first)
        #expect(map.lookup(4)?.frame == second)
        try map.map(5, to: arena.takeZeroedFrame(), use: .special)
        try map.move(5, to: 6)
        #expect(map.lookup(6) == nil)
        #expect(map.lookup(5)?.use == .special)
        #expect(map.ramFrameCount == 2)
    }

    @Test(
        "when no frame is free for a table, the map and the free frames are as before", arguments: 0...2,
        NestedPageTableFormat.both)
    func outOfMemory(freeFrames: UInt64, format: NestedPageTableFormat) throws {
        let map = try TestMap(arena, format: format)
        let kept = try map.mapMemory(1)
        let frame = try arena.takeZeroedFrame()
        arena.leaveFree(freeFrames)
        #expect(throws: XenError.outOfMemory) { try map.map(0x8_0000_0000, to: frame, use: .ram) }
        #expect(arena.allocator.freeCount == freeFrames)
        #expect(map.tableCount == 4)
        #expect(map.lookup(1)?.frame == kept)
        #expect(map.lookup(0x8_0000_0000) == nil)
        #expect(map.ramFrameCount == 1)
    }

    @Test(
        "a map that goes frees its tables and its memory, and not what it only showed",
        arguments: NestedPageTableFormat.both)
    func deinitFreesAll(format: NestedPageTableFormat) throws {
        let shown = try arena.takeZeroedFrame()
        let before = arena.allocator.freeCount
        do {
            let map = try TestMap(arena, format: format)
            for number in [0, 1, 511, 512, 0x4_0000, 0x800_0000, 0xF_FFFF_FFFF] as [UInt64] {
                try map.mapMemory(number)
            }
            _ = try map.mapLarge(0x600)
            try map.map(2, to: shown, use: .special)
            #expect(arena.allocator.freeCount < before - 519)
        }
        #expect(arena.allocator.freeCount == before)
    }
}
