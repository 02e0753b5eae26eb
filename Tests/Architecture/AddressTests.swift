// SPDX-License-Identifier: MIT
import Architecture
import Testing

struct AddressTests {
    @Test(
        "an address is a frame and an offset in it",
        arguments: [
            (0, 0, 0), (0xFFF, 0, 0xFFF), (0x1000, 1, 0), (0x1234_5678, 0x1_2345, 0x678),
            (.max, 0xF_FFFF_FFFF_FFFF, 0xFFF),
        ] as [(UInt64, UInt64, UInt64)])
    func parts(value: UInt64, frame: UInt64, offset: UInt64) {
        let address = GuestPhysicalAddress(value)
        #expect(address.frame.number == frame)
        #expect(address.offset == offset)
        #expect(address.frame.address.value + offset == value)
    }

    @Test("going further wraps at the end of 64 bits, and never traps")
    func advance() {
        #expect(GuestLinearAddress(0xFFFF_FFFF_FFFF_FFFE).advanced(by: 4) == GuestLinearAddress(2))
        #expect(HostFrame(.max).advanced(by: 1) == HostFrame(0))
        #expect(HostFrame(1 << 52).address.value == 0)
    }

    @Test("addresses and frames are ordered by their numbers")
    func order() {
        #expect(HostPhysicalAddress(1) < HostPhysicalAddress(2))
        #expect(GuestFrame(7) >= GuestFrame(7))
        #expect(GuestPhysicalAddress(1 << 63) > GuestPhysicalAddress(1))
    }

    @Test("the index into each of four tables is nine bits of the address")
    func tableIndices() {
        let address: UInt64 = 0o123_456_701_234_0000 | 0x123
        #expect(tableIndex(of: address, level: 1) == 0o234)
        #expect(tableIndex(of: address, level: 2) == 0o701)
        #expect(tableIndex(of: address, level: 3) == 0o456)
        #expect(tableIndex(of: address, level: 4) == 0o123)
        for level in UInt64(1)...4 { #expect(tableIndex(of: .max, level: level) == 511) }
    }

    @Test("an entry keeps 40 bits of address, and its flags apart from them")
    func pageTableEntry() {
        let entry = PageTableEntry(0xFFFF_FFFF_FFFF_FFFF, [.present, .noExecute])
        #expect(entry.rawValue == 0x800F_FFFF_FFFF_F001)
        #expect(entry.address == 0x000F_FFFF_FFFF_F000)
        #expect(PageTableEntry(0x1234_5678, .writable).address == 0x1234_5000)
        #expect(PageTableEntry.uncached.rawValue == 0x18)
        #expect(PageTableEntry.large.rawValue == 0x80)
    }
}
