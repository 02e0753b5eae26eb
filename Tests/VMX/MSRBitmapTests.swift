// SPDX-License-Identifier: MIT
import Architecture
import Hypervisor
import TestMemory
import Testing

@testable import VMX

struct MSRBitmapTests {
    @Test(
        "a register's bit for reading lies in the quarter of its range",
        arguments: [
            (0, 0), (1, 1), (0x1FFF, 0x1FFF), (0xC000_0000, 0x2000), (0xC000_0080, 0x2080), (0xC000_1FFF, 0x3FFF),
        ] as [(UInt32, UInt64)])
    func bit(register: UInt32, bit: UInt64) {
        #expect(MSRBitmap.bit(of: register) == bit)
    }

    @Test(
        "registers outside of the two ranges have no bits, and always exit",
        arguments: [0x2000, 0x4000_0000, 0xBFFF_FFFF, 0xC000_2000, 0xC001_0000, 0xFFFF_FFFF] as [UInt32])
    func outside(register: UInt32) {
        #expect(MSRBitmap.bit(of: register) == nil)
    }

    @Test("every register exits, for reading and for writing, but for those that are the guest's alone")
    func bitmap() {
        let memory = TestFrames(count: 1)
        let bitmap = MSRBitmap(in: memory.first)
        #expect(bitmap.address == memory.first.address)
        let free: Set<UInt32> = [
            0x174, 0x175, 0x176, 0x277, 0xC000_0080, 0xC000_0081, 0xC000_0082, 0xC000_0083, 0xC000_0084, 0xC000_0100,
            0xC000_0101, 0xC000_0102,
        ]
        for (start, readPart, writePart) in [(0, 0, 0x800), (0xC000_0000, 0x400, 0xC00)] as [(UInt32, UInt64, UInt64)] {
            for register in start..<start + 0x2000 {
                for part in [readPart, writePart] {
                    let place = bitmap.address.advanced(by: part + UInt64(register & 0x1FFF) / 8)
                    let exits = PhysicalMemory.read(UInt8.self, at: place) >> UInt8(register % 8) & 1 == 1
                    #expect(exits == !free.contains(register))
                }
            }
        }
    }
}
