// SPDX-License-Identifier: MIT
import Architecture
import Testing

@testable import Hypervisor

/// The two forms of paging that 32-bit guests have: three levels of wide entries, two of narrow ones. (AMD APM vol. 2 §5.2)
struct GuestAddressSpace32Tests {
    let arena = TestArena(bytes: 1 << 20)

    private let usable: PageTableEntry = [.present, .writable]

    /// Three levels: linear 0xC030_2000 leads through tables 1 to 3 to page 4.
    private func makeExtended() throws -> GuestPaging {
        let paging = try GuestPaging(arena)
        paging.set(table: 1, index: 3, to: 0x2000, .present)  // an entry of the root has no writable bit
        paging.set(table: 2, index: 1, to: 0x3000, usable)
        paging.set(table: 3, index: 0x102, to: 0x4000, usable)
        return paging
    }

    @Test("three levels lead to a 4 KiB page, and the upper half of the address does not matter")
    func threeLevels() throws {
        let paging = try makeExtended()
        #expect(paging.memory.translate(0xC030_2ABC, in: GuestPaging.extended()) == 0x4ABC)
        #expect(paging.memory.translate(0xDEAD_BEEF_C030_2ABC, in: GuestPaging.extended(), forWriting: true) == 0x4ABC)
        #expect(paging.memory.translate(0x8030_2000, in: GuestPaging.extended()) == nil)
    }

    @Test("the four entries of the root lie at a multiple of 32 bytes, not of a page")
    func rootAlignment() throws {
        let paging = try GuestPaging(arena)
        paging.memory.write(UInt64(0x2001), at: 0x1FE0)
        paging.set(table: 2, index: 0, to: 0x20_0000, [.present, .large])
        #expect(paging.memory.translate(0x1234, in: GuestPaging.extended(root: 0x1FE0)) == 0x20_1234)
        #expect(paging.memory.translate(0x1234, in: GuestPaging.extended(root: 0x1FF8)) == 0x20_1234)
    }

    @Test("with three levels a large page has 2 MiB")
    func extendedLargePage() throws {
        let paging = try makeExtended()
        paging.set(table: 2, index: 1, to: 0x1_2340_0000, [.present, .writable, .large])
        #expect(paging.memory.translate(0xC03F_EDCB, in: GuestPaging.extended(), forWriting: true) == 0x1_235F_EDCB)
        #expect(paging.flags(table: 2, index: 1).isSuperset(of: [.accessed, .dirty]))
    }

    @Test("three levels obey CR0.WP and end at missing entries")
    func extendedRefusals() throws {
        let paging = try makeExtended()
        paging.set(table: 3, index: 0x102, to: 0x4000, .present)
        #expect(paging.memory.translate(0xC030_2000, in: GuestPaging.extended(), forWriting: true) == nil)
        #expect(paging.memory.translate(0xC030_2000, in: GuestPaging.extended()) == 0x4000)
        paging.set(table: 1, index: 3, to: 0x2000, .writable)
        #expect(paging.memory.translate(0xC030_2000, in: GuestPaging.extended()) == nil)
        #expect(paging.memory.translate(0xC030_2000, in: GuestPaging.extended(root: 0xFF_F000)) == nil)
    }

    /// Two levels: linear 0x0080_3000 leads through tables 1 and 2 to page 5.
    private func makeTwoLevels() throws -> GuestPaging {
        let paging = try GuestPaging(arena)
        paging.setShort(table: 1, index: 2, to: 0x2000, usable)
        paging.setShort(table: 2, index: 3, to: 0x5000, usable)
        return paging
    }

    @Test("two levels lead to a 4 KiB page, and the upper half of the address does not matter")
    func twoLevels() throws {
        let paging = try makeTwoLevels()
        #expect(paging.memory.translate(0x0080_3ABC, in: GuestPaging.twoLevels()) == 0x5ABC)
        #expect(paging.memory.translate(0x1_0080_3ABC, in: GuestPaging.twoLevels(), forWriting: true) == 0x5ABC)
        #expect(paging.memory.translate(0x0080_4000, in: GuestPaging.twoLevels()) == nil)
        #expect(paging.memory.translate(0x00C0_3000, in: GuestPaging.twoLevels()) == nil)
    }

    @Test("a 4 MiB page takes bits 39:32 of its address from bits 20:13 of the entry")
    func largePage() throws {
        let paging = try makeTwoLevels()
        paging.setShort(table: 1, index: 2, to: 0x1240_0000 | 0xAB << 13, [.present, .writable, .large])
        #expect(paging.memory.translate(0x00BF_FFFF, in: GuestPaging.twoLevels()) == 0xAB_127F_FFFF)
    }

    @Test("without CR4.PSE the bit for large pages means nothing")
    func noLargePages() throws {
        let paging = try makeTwoLevels()
        paging.setShort(table: 1, index: 2, to: 0x2000, [.present, .writable, .large])
        #expect(paging.memory.translate(0x0080_3000, in: GuestPaging.twoLevels(largePages: false)) == 0x5000)
    }

    @Test("two levels obey CR0.WP at both", arguments: [1, 2])
    func readOnly(table: UInt64) throws {
        let paging = try makeTwoLevels()
        if table == 1 { paging.setShort(table: 1, index: 2, to: 0x2000, .present) }
        if table == 2 { paging.setShort(table: 2, index: 3, to: 0x5000, .present) }
        #expect(paging.memory.translate(0x0080_3000, in: GuestPaging.twoLevels(), forWriting: true) == nil)
        #expect(paging.memory.translate(0x0080_3000, in: GuestPaging.twoLevels()) == 0x5000)
        let free = GuestPaging.twoLevels(writeProtect: false)
        #expect(paging.memory.translate(0x0080_3000, in: free, forWriting: true) == 0x5000)
    }

    @Test("narrow entries get their accessed and dirty bits, and their neighbours get none")
    func accessedAndDirty() throws {
        let paging = try makeTwoLevels()
        _ = paging.memory.translate(0x0080_3000, in: GuestPaging.twoLevels(), forWriting: true)
        #expect(paging.shortFlags(table: 1, index: 2) == [.present, .writable, .accessed])
        #expect(paging.shortFlags(table: 2, index: 3) == [.present, .writable, .accessed, .dirty])
        #expect(paging.shortFlags(table: 1, index: 3) == [])
        #expect(paging.shortFlags(table: 2, index: 2) == [])
        #expect(paging.shortFlags(table: 2, index: 4) == [])
    }

    @Test("tables that lead to themselves or outside end after two levels")
    func hostileTables() throws {
        let paging = try GuestPaging(arena)
        for index in UInt64(0)..<1024 { paging.setShort(table: 1, index: index, to: 0x1000, usable) }
        #expect(paging.memory.translate(0xFFFF_FFFF, in: GuestPaging.twoLevels(), forWriting: true) == 0x1FFF)
        paging.setShort(table: 1, index: 0, to: 0xFFFF_F000, usable)
        #expect(paging.memory.translate(0, in: GuestPaging.twoLevels()) == nil)
    }
}
