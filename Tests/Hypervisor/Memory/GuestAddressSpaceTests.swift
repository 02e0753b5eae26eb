// SPDX-License-Identifier: MIT
import Architecture
import Testing

@testable import Hypervisor

/// Four levels, and no paging at all. (AMD APM vol. 2 §5.3)
struct GuestAddressSpaceTests {
    let arena = TestArena(bytes: 1 << 20)

    private let usable: PageTableEntry = [.present, .writable]

    /// A guest in which linear 0x7FFF_1234_5000 leads through tables 1 to 4 to page 5.
    private func makePaging() throws -> GuestPaging {
        let paging = try GuestPaging(arena)
        let address: UInt64 = 0x7FFF_1234_5000
        for level in UInt64(1)...4 {
            paging.set(
                table: 5 - level, index: tableIndex(of: address, level: level), to: (6 - level) * 0x1000, usable)
        }
        return paging
    }

    @Test("without paging, linear addresses are guest-physical and have 32 bits")
    func noPaging() throws {
        let paging = try GuestPaging(arena)
        let space = GuestAddressSpace(cr0: .protectionEnable, cr3: 0x1000, cr4: [], efer: [])
        #expect(paging.memory.translate(0x1234, in: space) == 0x1234)
        #expect(paging.memory.translate(0xFFFF_FFFF_0000_1234, in: space) == 0x1234)
        #expect(paging.memory.translate(0xFFFF_F000, in: space, forWriting: true) == 0xFFFF_F000)
    }

    @Test("four levels lead to a 4 KiB page")
    func fourLevels() throws {
        let paging = try makePaging()
        #expect(paging.memory.translate(0x7FFF_1234_5ABC, in: GuestPaging.long()) == 0x5ABC)
        #expect(paging.memory.translate(0x7FFF_1234_6000, in: GuestPaging.long()) == nil)
        #expect(paging.memory.translate(0x7FFF_1244_5000, in: GuestPaging.long()) == nil)
        #expect(paging.memory.translate(0x1234_5000, in: GuestPaging.long()) == nil)
    }

    @Test("the low twelve and the high bits of CR3 do not move the root")
    func rootBits() throws {
        let paging = try makePaging()
        let space = GuestAddressSpace(
            cr0: [.protectionEnable, .paging], cr3: 0x8000_0000_0000_1FFF, cr4: .physicalAddressExtension,
            efer: .longModeActive)
        #expect(paging.memory.translate(0x7FFF_1234_5000, in: space) == 0x5000)
    }

    @Test("a missing entry at any level ends the walk", arguments: 1...4)
    func notPresent(level: UInt64) throws {
        let paging = try makePaging()
        let index = tableIndex(of: 0x7FFF_1234_5000, level: level)
        paging.set(table: 5 - level, index: index, to: (6 - level) * 0x1000, .writable)
        #expect(paging.memory.translate(0x7FFF_1234_5000, in: GuestPaging.long()) == nil)
    }

    @Test("a read-only entry at any level forbids writing when CR0.WP is set, and only then", arguments: 1...4)
    func readOnly(level: UInt64) throws {
        let paging = try makePaging()
        let index = tableIndex(of: 0x7FFF_1234_5000, level: level)
        paging.set(table: 5 - level, index: index, to: (6 - level) * 0x1000, .present)
        let address: UInt64 = 0x7FFF_1234_5000
        #expect(paging.memory.translate(address, in: GuestPaging.long(), forWriting: true) == nil)
        #expect(paging.memory.translate(address, in: GuestPaging.long()) == 0x5000)
        let free = GuestPaging.long(writeProtect: false)
        #expect(paging.memory.translate(address, in: free, forWriting: true) == 0x5000)
    }

    @Test("2 MiB and 1 GiB pages keep 21 and 30 bits of the address")
    func largePages() throws {
        let paging = try makePaging()
        let address: UInt64 = 0x7FFF_1234_5678
        // Bit 12 of a large page's entry is an attribute and not part of the address.
        paging.set(table: 3, index: tableIndex(of: address, level: 2), to: 0x4060_1000, [.present, .large])
        #expect(paging.memory.translate(address, in: GuestPaging.long()) == 0x4060_0000 | address & 0x1F_FFFF)
        paging.set(table: 2, index: tableIndex(of: address, level: 3), to: 0x1_4000_1000, [.present, .large])
        #expect(paging.memory.translate(address, in: GuestPaging.long()) == 0x1_4000_0000 | address & 0x3FFF_FFFF)
    }

    @Test("the bit for large pages means nothing in the root")
    func noHugeRoot() throws {
        let paging = try makePaging()
        let address: UInt64 = 0x7FFF_1234_5000
        paging.set(table: 1, index: tableIndex(of: address, level: 4), to: 0x2000, [.present, .writable, .large])
        #expect(paging.memory.translate(address, in: GuestPaging.long()) == 0x5000)
    }

    @Test("an address whose bits 63:47 differ is not canonical and never translated")
    func canonical() throws {
        let paging = try GuestPaging(arena)
        for level in UInt64(2)...4 { paging.set(table: 5 - level, index: 0, to: (6 - level) * 0x1000, usable) }
        paging.set(table: 4, index: 0, to: 0x5000, usable)
        paging.set(table: 1, index: 256, to: 0x2000, usable)
        #expect(paging.memory.translate(0, in: GuestPaging.long()) == 0x5000)
        #expect(paging.memory.translate(0xFFFF_8000_0000_0000, in: GuestPaging.long()) == 0x5000)
        for address in [0x8000_0000_0000, 0x1_0000_0000_0000, 0x7FFF_0000_0000_0000, 0xFFFF_0000_0000_0000] as [UInt64]
        {
            #expect(paging.memory.translate(address, in: GuestPaging.long()) == nil)
        }
    }

    @Test("a walk sets the accessed bit of each entry, and the dirty bit of the last one when it is for writing")
    func accessedAndDirty() throws {
        let paging = try makePaging()
        let address: UInt64 = 0x7FFF_1234_5000
        _ = paging.memory.translate(address, in: GuestPaging.long())
        for level in UInt64(1)...4 {
            let flags = paging.flags(table: 5 - level, index: tableIndex(of: address, level: level))
            #expect(flags == [.present, .writable, .accessed])
        }
        _ = paging.memory.translate(address, in: GuestPaging.long(), forWriting: true)
        for level in UInt64(1)...4 {
            let flags = paging.flags(table: 5 - level, index: tableIndex(of: address, level: level))
            #expect(flags.contains(.dirty) == (level == 1))
        }
    }

    @Test("a refused write marks nothing as written")
    func refusedWriteIsNotDirty() throws {
        let paging = try makePaging()
        let address: UInt64 = 0x7FFF_1234_5000
        paging.set(table: 4, index: tableIndex(of: address, level: 1), to: 0x5000, .present)
        _ = paging.memory.translate(address, in: GuestPaging.long(), forWriting: true)
        #expect(paging.flags(table: 4, index: tableIndex(of: address, level: 1)) == .present)
    }

    @Test("tables outside of the guest's memory end the walk", arguments: 2...4)
    func tableOutsideMemory(level: UInt64) throws {
        let paging = try makePaging()
        let index = tableIndex(of: 0x7FFF_1234_5000, level: level)
        for target in [0x100_0000, 0xF_FFFF_FFFF_F000] as [UInt64] {
            paging.set(table: 5 - level, index: index, to: target, usable)
            #expect(paging.memory.translate(0x7FFF_1234_5000, in: GuestPaging.long()) == nil)
        }
    }

    @Test("tables that lead to themselves end after four levels")
    func selfReference() throws {
        let paging = try GuestPaging(arena)
        for index in UInt64(0)..<512 { paging.set(table: 1, index: index, to: 0x1000, usable) }
        #expect(paging.memory.translate(0x1234_5678_9ABC, in: GuestPaging.long(), forWriting: true) == 0x1ABC)
        let spread = GuestAddressSpace(cr0: .paging, cr3: .max, cr4: [], efer: .longModeActive)
        #expect(paging.memory.translate(0, in: spread) == nil)
    }
}
