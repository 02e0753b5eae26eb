// SPDX-License-Identifier: MIT
import Architecture
import Testing

@testable import Hypervisor

struct FrameTableTests {
    let arena = TestArena()

    /// Keeps a table that cannot be copied where the testing macros do not see it.
    private final class Holder {
        var table: FrameTable<UInt64>

        init(_ arena: TestArena, maximumFrameCount: UInt64) throws(TestArena.MissingFrame) {
            guard let table = FrameTable<UInt64>(from: arena.allocator, maximumFrameCount: maximumFrameCount) else {
                throw .init()
            }
            self.table = table
        }

        func grow() -> Bool { table.grow() }
        func set(_ index: UInt64, _ value: UInt64) { table.set(index, to: value) }
        func get(_ index: UInt64) -> UInt64? { table[index] }
        var count: UInt64 { table.count }
        func frame(_ index: UInt64) -> HostFrame? { table.frame(index) }
    }

    @Test("an empty table has no element, and setting one does nothing")
    func empty() throws {
        let holder = try Holder(arena, maximumFrameCount: 4)
        holder.set(0, 7)
        #expect(holder.count == 0)
        #expect(holder.get(0) == nil)
        #expect(holder.frame(0) == nil)
    }

    @Test("growing adds a frame of zeros and keeps what was there")
    func growth() throws {
        let holder = try Holder(arena, maximumFrameCount: 4)
        #expect(holder.grow())
        #expect(holder.count == 512)
        for index in UInt64(0)..<512 { holder.set(index, index * 3) }
        #expect(holder.grow())
        #expect(holder.count == 1024)
        for index in UInt64(0)..<512 { #expect(holder.get(index) == index * 3) }
        #expect(holder.get(512) == 0)
        #expect(holder.get(1023) == 0)
        #expect(holder.get(1024) == nil)
        #expect(holder.get(.max) == nil)
        #expect(holder.frame(0) != holder.frame(1))
    }

    @Test("a table does not grow beyond its limit, nor beyond 512 frames")
    func limit() throws {
        let small = try Holder(arena, maximumFrameCount: 2)
        #expect(small.grow())
        #expect(small.grow())
        #expect(!small.grow())
        let large = try Holder(arena, maximumFrameCount: .max)
        for _ in 0..<512 { #expect(large.grow()) }
        #expect(!large.grow())
        #expect(large.count == 512 * 512)
    }

    @Test("a table that cannot get a frame stays as it was")
    func exhausted() throws {
        let holder = try Holder(arena, maximumFrameCount: 4)
        #expect(holder.grow())
        arena.leaveFree(0)
        #expect(!holder.grow())
        #expect(holder.count == 512)
    }

    @Test("a table gives all its frames back")
    func givesBack() throws {
        let before = arena.allocator.freeCount
        do {
            let holder = try Holder(arena, maximumFrameCount: 8)
            for _ in 0..<8 { #expect(holder.grow()) }
            #expect(arena.allocator.freeCount == before - 9)
        }
        #expect(arena.allocator.freeCount == before)
    }

    @Test("an event channel has sixteen bytes, so that none lies across frames, and is closed when all are zero")
    func eventChannel() {
        #expect(MemoryLayout<EventChannel>.stride == 16)
        #expect(FrameTable<EventChannel>.elementsPerFrame == 256)
    }
}
