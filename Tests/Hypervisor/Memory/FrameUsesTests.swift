// SPDX-License-Identifier: MIT
import Architecture
import Testing

@testable import Hypervisor

/// Frames that somebody uses beside their owner.
struct FrameUsesTests {
    let arena = TestArena()

    @Test("a frame that is held is freed when the last holder lets go, and not before")
    func orphan() throws {
        let frame = try #require(arena.allocator.takeFrame())
        #expect(arena.allocator.hold(frame))
        #expect(arena.allocator.hold(frame))
        let free = arena.allocator.freeCount
        arena.allocator.free(frame)
        arena.allocator.letGo(of: frame)
        #expect(arena.allocator.freeCount == free)
        arena.allocator.letGo(of: frame)
        #expect(arena.allocator.freeCount == free + 1)
        arena.allocator.letGo(of: frame)
        #expect(arena.allocator.freeCount == free + 1)
    }

    @Test("a frame that was held and let go of is freed by its owner as any other")
    func released() throws {
        let frame = try #require(arena.allocator.takeFrame())
        #expect(arena.allocator.hold(frame))
        arena.allocator.letGo(of: frame)
        let free = arena.allocator.freeCount
        arena.allocator.free(frame)
        #expect(arena.allocator.freeCount == free + 1)
    }

    @Test("frames that there are not cannot be held")
    func outside() {
        #expect(!arena.allocator.hold(HostFrame(.max)))
        #expect(!arena.allocator.hold(HostFrame(arena.allocator.frameLimit)))
        arena.allocator.letGo(of: HostFrame(.max))
    }

    @Test("without memory for the note nothing is held", arguments: [0, 1] as [UInt64])
    func exhausted(free: UInt64) throws {
        let frame = try #require(arena.allocator.takeFrame())
        arena.leaveFree(free)
        #expect(!arena.allocator.hold(frame))
    }
}
