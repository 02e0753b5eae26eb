// SPDX-License-Identifier: MIT
import Architecture
import Testing

@testable import Hypervisor

struct OwnedFrameTests {
    let arena = TestArena(bytes: 64 << 10)

    @Test("an owned frame is in use for as long as it is held, and free afterwards")
    func givesItselfBack() throws {
        let before = arena.allocator.freeCount
        do {
            guard let frame = OwnedFrame(from: arena.allocator) else { throw TestArena.MissingFrame() }
            let number = frame.frame.number
            #expect(arena.allocator.freeCount == before - 1)
            #expect(number >= arena.firstFrame.number)
            let others = takeAll()
            #expect(!others.contains(number))
            for other in others { arena.allocator.free(HostFrame(other)) }
            _ = consume frame
        }
        #expect(arena.allocator.freeCount == before)
    }

    @Test("an owned frame holds zeros, whatever was in it before")
    func isZeroed() throws {
        guard let frame = OwnedFrame(from: arena.allocator) else { throw TestArena.MissingFrame() }
        var sum: UInt64 = 0
        for index in UInt64(0)..<512 {
            sum |= PhysicalMemory.read(UInt64.self, at: frame.address.advanced(by: index * 8))
        }
        #expect(sum == 0)
    }

    @Test("without a free frame there is no owned one")
    func exhausted() {
        _ = takeAll()
        let isThere = OwnedFrame(from: arena.allocator) != nil
        #expect(!isThere)
    }

    private func takeAll() -> Set<UInt64> {
        var taken: Set<UInt64> = []
        while let frame = arena.allocator.takeFrame() { taken.insert(frame.number) }
        return taken
    }
}
