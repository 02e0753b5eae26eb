// SPDX-License-Identifier: MIT
import Architecture
import Hypervisor
import TestMemory
import Testing

@testable import SVM

struct PermissionMapsTests {
    @Test(
        "a register's two bits lie in the range of its kind",
        arguments: [
            (0, 0), (1, 2), (0x1FFF, 0x3FFE), (0xC000_0000, 0x4000), (0xC000_0080, 0x4100), (0xC000_1FFF, 0x7FFE),
            (0xC001_0000, 0x8000), (0xC001_1FFF, 0xBFFE),
        ] as [(UInt32, UInt64)])
    func bit(register: UInt32, bit: UInt64) {
        #expect(PermissionMaps.bit(of: register) == bit)
    }

    @Test(
        "registers outside of the three ranges have no bits, and always exit",
        arguments: [
            0x2000, 0x4000_0000, 0xBFFF_FFFF, 0xC000_2000, 0xC001_2000, 0xFFFF_FFFF,
        ] as [UInt32])
    func outside(register: UInt32) {
        #expect(PermissionMaps.bit(of: register) == nil)
    }

    @Test("every port exits, and every register but those that a VMCB holds for the guest alone")
    func maps() {
        let memory = TestFrames(count: 5)
        let maps = PermissionMaps(ports: memory.first, registers: memory.first.advanced(by: 3))
        for offset in UInt64(0)..<3 * 512 {
            #expect(PhysicalMemory.read(UInt64.self, at: maps.ports.advanced(by: offset * 8)) == .max)
        }
        let free: Set<UInt32> = [
            0x174, 0x175, 0x176, 0xC000_0081, 0xC000_0082, 0xC000_0083, 0xC000_0084, 0xC000_0100, 0xC000_0101,
            0xC000_0102,
        ]
        for start in [0, 0xC000_0000, 0xC001_0000] as [UInt32] {
            for register in start..<start + 0x2000 {
                guard let bit = PermissionMaps.bit(of: register) else { continue }
                let byte = PhysicalMemory.read(UInt8.self, at: maps.registers.advanced(by: bit / 8))
                let bits = byte >> UInt8(bit % 8) & 3
                #expect(bits == (free.contains(register) ? 0 : 3))
            }
        }
    }
}
