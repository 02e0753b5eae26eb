// SPDX-License-Identifier: MIT
import Architecture
import Testing
import XenInterface

@testable import Hypervisor

/// The translations that are kept never say anything else than the tables.
struct NestedTranslationCacheTests {
    let arena = TestArena()

    @Test("what is looked up twice is found twice, and in the cache the second time")
    func kept() throws {
        let map = try TestMap(arena)
        let frame = try map.mapMemory(0x123)
        let place = GuestPhysicalAddress(0x12_3ABC)
        #expect(map.tables.recent.translate(place, forWriting: true) == nil)
        #expect(map.translate(0x12_3ABC, forWriting: true) == frame.address.value + 0xABC)
        #expect(map.tables.recent.translate(place, forWriting: true)?.value == frame.address.value + 0xABC)
        #expect(map.translate(0x12_3ABC) == frame.address.value + 0xABC)
    }

    @Test("a frame that was looked up and then unmapped is not found, and what is mapped there next is")
    func unmapped() throws {
        let map = try TestMap(arena)
        _ = try map.mapMemory(7)
        _ = map.translate(0x7000)
        try map.unmap(7)
        #expect(map.translate(0x7000) == nil)
        let next = try map.mapMemory(7)
        #expect(map.translate(0x7008) == next.address.value + 8)
    }

    @Test("a frame that was looked up and then moved is found at its new place only")
    func moved() throws {
        let map = try TestMap(arena)
        let frame = try map.mapMemory(7)
        _ = map.translate(0x7000)
        try map.move(7, to: 9)
        #expect(map.translate(0x7000) == nil)
        #expect(map.translate(0x9000) == frame.address.value)
    }

    @Test("frames that share an entry do not answer for each other")
    func sameEntry() throws {
        let map = try TestMap(arena)
        let frames = try [0x5, 0x105, 0x1_0005].map { try map.mapMemory($0) }
        for _ in 0..<2 {
            #expect(map.translate(0x5000) == frames[0].address.value)
            #expect(map.translate(0x10_5000) == frames[1].address.value)
            #expect(map.translate(0x1000_5000) == frames[2].address.value)
        }
        try map.unmap(0x105)
        #expect(map.translate(0x10_5000) == nil)
        #expect(map.translate(0x1000_5000) == frames[2].address.value)
    }

    @Test("a read-only frame that was read is not written, nor afterwards unreadable")
    func readOnly() throws {
        let map = try TestMap(arena)
        let frame = try arena.takeZeroedFrame()
        try map.map(5, to: frame, use: .special, writable: false)
        for _ in 0..<2 {
            #expect(map.translate(0x5000) == frame.address.value)
            #expect(map.translate(0x5000, forWriting: true) == nil)
        }
    }

    @Test("a page out of a large one is found alike before and after the large one is split")
    func split() throws {
        let map = try TestMap(arena)
        let first = try map.mapLarge(0x200)
        #expect(map.translate(0x20_3010, forWriting: true) == first.advanced(by: 3).address.value + 0x10)
        try map.unmap(0x204)
        #expect(map.translate(0x20_3010, forWriting: true) == first.advanced(by: 3).address.value + 0x10)
        #expect(map.translate(0x20_4000) == nil)
    }
}
