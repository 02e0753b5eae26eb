// SPDX-License-Identifier: MIT
import Architecture
import CPU
import Testing
import XenInterface

@testable import Hypervisor

struct GuestMemoryTests {
    let hypervisor = TestHypervisor()

    /// Three pages' worth of a pattern, as large as structures get here.
    private struct Block: BitwiseCopyable, Equatable {
        var words: (UInt64, UInt64, UInt64, UInt32) = (1, 2, 3, 4)

        static func == (left: Block, right: Block) -> Bool { left.words == right.words }
    }

    @Test("a value can be read back where it was written, at every offset around a page boundary")
    func acrossBoundary() throws {
        let guest = try hypervisor.makeGuest()
        for offset in UInt64(0)...40 {
            let place = 0x2_0FE0 + offset
            let value = Block(words: (offset, ~offset, 0x0123_4567_89AB_CDEF, 7))
            try guest.write(value, at: place)
            #expect(try guest.read(Block.self, at: place) == value)
            #expect(try guest.read(UInt64.self, at: place) == offset)
        }
    }

    @Test("the two pieces of a value go to two pages that lie anywhere in the machine")
    func scatteredPages() throws {
        let guest = try hypervisor.makeGuest()
        let low = guest.domain.physicalMap.lookup(GuestFrame(0x20))
        try guest.domain.physicalMap.move(from: GuestFrame(0x80), to: GuestFrame(0x200))
        try guest.domain.physicalMap.move(from: GuestFrame(0x21), to: GuestFrame(0x80))
        try guest.domain.physicalMap.move(from: GuestFrame(0x200), to: GuestFrame(0x21))
        try guest.write(UInt64(0x1122_3344_5566_7788), at: 0x2_0FFC)
        let first = try #require(low?.frame.address.advanced(by: 0xFFC))
        let second = try #require(guest.domain.physicalMap.lookup(GuestFrame(0x21))?.frame.address)
        #expect(PhysicalMemory.read(UInt32.self, at: first) == 0x5566_7788)
        #expect(PhysicalMemory.read(UInt32.self, at: second) == 0x1122_3344)
    }

    @Test("memory that the guest does not have is a bad address, also when only the second page is missing")
    func missing() throws {
        let guest = try hypervisor.makeGuest()
        let end: UInt64 = 1 << 20
        #expect(throws: XenError.badAddress) { _ = try guest.read(UInt8.self, at: end) }
        #expect(throws: XenError.badAddress) { _ = try guest.read(UInt64.self, at: end - 4) }
        #expect(throws: XenError.badAddress) { try guest.write(UInt64.max, at: end - 4) }
        #expect(try guest.read(UInt32.self, at: end - 4) == 0)  // nothing of the refused write is there
    }

    @Test("an address at the end of 32 bits wraps to 0 and not beyond the guest's memory")
    func wrap() throws {
        let guest = try hypervisor.makeGuest()
        #expect(throws: XenError.badAddress) { _ = try guest.read(UInt64.self, at: 0xFFFF_FFFC) }
        #expect(throws: XenError.badAddress) { _ = try guest.read(UInt64.self, at: .max - 3) }
    }

    @Test("memory is reached through the guest's own page tables when they are on")
    func paging() throws {
        let guest = try hypervisor.makeGuest()
        try guest.write(UInt64(0xCAFE), at: 0x6_0010)
        let flags: PageTableEntry = [.present, .writable]
        for (table, index, target) in [(0x3_1000, 0, 0x3_2000), (0x3_2000, 0, 0x3_3000), (0x3_3000, 0, 0x3_4000)] {
            try guest.write(PageTableEntry(UInt64(target), flags).rawValue, at: UInt64(table + index * 8))
        }
        try guest.write(PageTableEntry(0x6_0000, .present).rawValue, at: 0x3_4000 + 5 * 8)
        guest.control.cr0 = [.protectionEnable, .paging, .writeProtect]
        guest.control.cr3 = 0x3_1000
        guest.control.cr4 = .physicalAddressExtension
        guest.control.efer = [.longModeEnable, .longModeActive]
        #expect(try guest.read(UInt64.self, at: 0x5010) == 0xCAFE)
        #expect(throws: XenError.badAddress) { try guest.write(UInt64(0), at: 0x5010) }
        #expect(throws: XenError.badAddress) { _ = try guest.read(UInt64.self, at: 0x6010) }
    }

    @Test("a page that the guest may only read cannot be written by a copy either")
    func readOnlyPage() throws {
        let guest = try hypervisor.makeGuest()
        let frame = try hypervisor.arena.takeZeroedFrame()
        try guest.domain.physicalMap.map(GuestFrame(0x300), to: frame, use: .special, writable: false)
        #expect(try guest.read(UInt64.self, at: 0x30_0000) == 0)
        #expect(throws: XenError.badAddress) { try guest.write(UInt64(1), at: 0x30_0000) }
    }
}
