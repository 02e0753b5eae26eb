import Architecture
// SPDX-License-Identifier: MIT
import SeededRandom
import Testing

@testable import Hypervisor

/// The allocator looks only at its bitmap, so its frames need not exist here.
struct FrameAllocatorTests {
    let arena = TestArena(bytes: 2 << 20)

    private func makeAllocator(frameCount: UInt64) throws -> FrameAllocator {
        let bitmap = try arena.takeZeroedFrame()
        return FrameAllocator(bitmap: bitmap, frameCount: frameCount)
    }

    @Test("a new allocator has no free frame")
    func allInUse() throws {
        let allocator = try makeAllocator(frameCount: 1000)
        #expect(allocator.freeCount == 0)
        #expect(allocator.takeFrame() == nil)
        #expect(allocator.takeLargeFrame() == nil)
        #expect(allocator.takeFrames(1) == nil)
    }

    @Test(
        "each frame that was released is taken exactly once, and then there is none", arguments: [1, 63, 64, 65, 1000])
    func everyFrameOnce(frameCount: UInt64) throws {
        let allocator = try makeAllocator(frameCount: frameCount)
        allocator.release(from: HostFrame(0), to: HostFrame(frameCount))
        #expect(allocator.freeCount == frameCount)
        var taken: Set<UInt64> = []
        while let frame = allocator.takeFrame() { taken.insert(frame.number) }
        #expect(taken == Set(0..<frameCount))
        #expect(allocator.freeCount == 0)
    }

    @Test("no frame at or above the count is ever handed out, though the release reaches further")
    func limit() throws {
        let allocator = try makeAllocator(frameCount: 100)
        allocator.release(from: HostFrame(98), to: HostFrame(1 << 40))
        #expect(allocator.freeCount == 2)
        #expect(allocator.takeFrame()?.number == 98)
        #expect(allocator.takeFrame()?.number == 99)
        #expect(allocator.takeFrame() == nil)
        allocator.free(HostFrame(100))
        allocator.free(HostFrame(.max))
        #expect(allocator.freeCount == 0)
    }

    @Test("memory that ends where the bitmap's last frame is full does not reach behind the bitmap")
    func fullBitmap() throws {
        let frames = try #require(arena.allocator.takeFrames(2))
        let allocator = FrameAllocator(bitmap: frames, frameCount: 32768)
        PhysicalMemory.fill(frames.advanced(by: 1))  // behind the bitmap: zeros would look like free frames
        #expect(allocator.takeFrame() == nil)
        #expect(PhysicalMemory.read(UInt64.self, at: frames.advanced(by: 1).address) == 0)
    }

    @Test("the bitmap's size covers every frame", arguments: [(1, 1), (32768, 1), (32769, 2), (65536, 2)])
    func bitmapSize(frameCount: UInt64, size: UInt64) {
        #expect(FrameAllocator.bitmapSize(frameCount: frameCount) == size)
    }

    @Test("a frame that was freed is found again")
    func freeAndTake() throws {
        let allocator = try makeAllocator(frameCount: 256)
        allocator.release(from: HostFrame(0), to: HostFrame(256))
        while allocator.takeFrame() != nil {}
        allocator.free(HostFrame(17))
        #expect(allocator.freeCount == 1)
        #expect(allocator.takeFrame()?.number == 17)
    }

    @Test("when there is no free frame the bitmap is not looked at; else no further back than where one may be")
    func boundedSearch() throws {
        let bitmap = try arena.takeZeroedFrame()
        let allocator = FrameAllocator(bitmap: bitmap, frameCount: 4096)
        PhysicalMemory.fill(bitmap)  // all look free, and none was released
        #expect(allocator.takeFrame() == nil)
        #expect(allocator.takeFrames(1) == nil)
        #expect(allocator.takeLargeFrame() == nil)
        PhysicalMemory.fill(bitmap, with: .max)
        allocator.release(from: HostFrame(640), to: HostFrame(642))
        #expect(allocator.takeFrame()?.number == 640)
        PhysicalMemory.write(UInt64(0), at: bitmap.address)  // behind where the search goes on
        #expect(allocator.takeFrame()?.number == 641)
        #expect(allocator.takeFrame() == nil)
    }

    @Test("freeing a frame that is free already does not count it twice")
    func doubleFree() throws {
        let allocator = try makeAllocator(frameCount: 256)
        allocator.release(from: HostFrame(10), to: HostFrame(20))
        allocator.release(from: HostFrame(15), to: HostFrame(25))
        #expect(allocator.freeCount == 15)
    }

    @Test("reserving takes only the frames that are free")
    func reserve() throws {
        let allocator = try makeAllocator(frameCount: 256)
        allocator.release(from: HostFrame(10), to: HostFrame(20))
        allocator.reserve(from: HostFrame(15), to: HostFrame(200))
        allocator.reserve(from: HostFrame(15), to: HostFrame(.max))
        #expect(allocator.freeCount == 5)
        for number in UInt64(10)..<15 { #expect(allocator.takeFrame()?.number == number) }
        #expect(allocator.takeFrame() == nil)
    }

    @Test("a run is the lowest that is long enough, across words of the bitmap")
    func run() throws {
        let allocator = try makeAllocator(frameCount: 1024)
        allocator.release(from: HostFrame(10), to: HostFrame(12))
        allocator.release(from: HostFrame(60), to: HostFrame(70))
        allocator.release(from: HostFrame(500), to: HostFrame(600))
        #expect(allocator.takeFrames(10)?.number == 60)
        #expect(allocator.takeFrames(10)?.number == 500)
        #expect(allocator.takeFrames(91) == nil)
        #expect(allocator.takeFrames(90)?.number == 510)
        #expect(allocator.freeCount == 2)
    }

    @Test("a large frame has 512 free frames on a 2 MiB boundary; one used frame spoils it")
    func large() throws {
        let allocator = try makeAllocator(frameCount: 2048)
        allocator.release(from: HostFrame(1), to: HostFrame(1536))
        allocator.reserve(from: HostFrame(1100), to: HostFrame(1101))
        #expect(allocator.takeLargeFrame()?.number == 512)
        #expect(allocator.takeLargeFrame() == nil)
        #expect(allocator.freeCount == 1535 - 512 - 1)
        #expect(allocator.takeFrames(512)?.number == nil)
    }

    @Test("large and small frames never overlap, and all come back", arguments: [UInt64(1), 2, 3])
    func mixedUse(seed: UInt64) throws {
        let allocator = try makeAllocator(frameCount: 4096)
        allocator.release(from: HostFrame(0), to: HostFrame(4096))
        var random = SeededRandom(seed: seed)
        var owned: Set<UInt64> = []
        for _ in 0..<3000 {
            switch Int.random(in: 0..<10, using: &random) {
            case 0:
                if let run = allocator.takeLargeFrame() { #expect(owned.isDisjoint(with: insert(run, 512, &owned))) }
            case 1...5:
                if let frame = allocator.takeFrame() { #expect(owned.isDisjoint(with: insert(frame, 1, &owned))) }
            default:
                guard let number = owned.randomElement(using: &random) else { continue }
                owned.remove(number)
                allocator.free(HostFrame(number))
            }
            #expect(allocator.freeCount + UInt64(owned.count) == 4096)
        }
    }

    /// Adds frames to a set. Returns those that were in it already.
    private func insert(_ first: HostFrame, _ count: UInt64, _ set: inout Set<UInt64>) -> Set<UInt64> {
        let new = Set(first.number..<first.number + count)
        defer { set.formUnion(new) }
        return set.intersection(new)
    }
}
