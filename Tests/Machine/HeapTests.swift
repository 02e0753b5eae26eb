// SPDX-License-Identifier: MIT
import CPU
import Testing

@testable import Machine

/// There is one heap, so its tests run one after the other.
@Suite(.serialized)
struct HeapTests {
    let memory = LowMemory(size: 64 << 10)

    init() { Heap.initialise(at: memory.start, size: memory.size) }

    @Test("blocks lie on 16 bytes, in the heap's memory, and apart from each other")
    func blocks() {
        var end = memory.start
        for size in [1, 15, 16, 17, 100, 4096, 0] as [UInt64] {
            let block = Heap.allocate(size)
            #expect(block % 16 == 0)
            #expect(block >= end + 16)
            end = block + size
            #expect(end <= memory.start + memory.size)
        }
    }

    @Test("a block that was freed is used again")
    func reuse() {
        let first = Heap.allocate(100)
        let second = Heap.allocate(100)
        Heap.free(first)
        #expect(Heap.allocate(90) == first)
        Heap.free(second)
        #expect(Heap.allocate(100) == second)
    }

    @Test(
        "neighbours are joined, in whatever order they are freed",
        arguments: [[0, 1, 2], [2, 1, 0], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1]])
    func joining(order: [Int]) {
        let blocks = (0..<3).map { _ in Heap.allocate(1000) }
        for index in order { Heap.free(blocks[index]) }
        let whole = Heap.allocate(memory.size - 16)
        #expect(whole == memory.start + 16)
    }

    @Test(
        "what does not fit is refused with 0, and the heap stays usable",
        arguments: [64 << 10, (64 << 10) - 15, .max, .max - 15, .max - 31] as [UInt64])
    func tooLarge(size: UInt64) {
        #expect(Heap.allocate(size) == 0)
        #expect(Heap.allocate(16) != 0)
    }

    @Test("the heap can be used up, and all of it comes back")
    func exhaustion() {
        var blocks: [UInt64] = []
        while true {
            let block = Heap.allocate(48)
            guard block != 0 else { break }
            blocks.append(block)
        }
        #expect(blocks.count == (64 << 10) / 64)
        for block in blocks.reversed() { Heap.free(block) }
        #expect(Heap.allocate(memory.size - 16) != 0)
    }

    @Test("10,000 random allocations never overlap or lose a byte")
    func random() {
        var state: UInt64 = 42
        func next(_ limit: UInt64) -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (state >> 33) % limit
        }
        var blocks: [(address: UInt64, size: UInt64, mark: UInt8)] = []
        for step in 0..<10_000 {
            if next(5) < 3 {
                let size = next(600)
                let address = Heap.allocate(size)
                guard address != 0 else { continue }
                let mark = UInt8(truncatingIfNeeded: step)
                for offset in 0..<size { cpu_store8(address + offset, mark) }
                blocks.append((address, size, mark))
            } else if !blocks.isEmpty {
                let block = blocks.remove(at: Int(next(UInt64(blocks.count))))
                let isIntact = (0..<block.size).allSatisfy { cpu_load8(block.address + $0) == block.mark }
                #expect(isIntact)
                Heap.free(block.address)
            }
        }
        for block in blocks { Heap.free(block.address) }
        #expect(Heap.allocate(memory.size - 16) != 0)
    }
}
