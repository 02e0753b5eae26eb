// SPDX-License-Identifier: MIT
import GuestKit

/// Guest-physical addresses at which there is nothing.
func unbackedMemory(_ suite: inout Suite) {
    suite.test("unbacked memory: reads as all ones") { test in
        test.expect(test.expectValue(Probe.load32(Nowhere.physicalAddress)), equals: 0xFFFF_FFFF)
        test.expect(Memory.load8(Nowhere.physicalAddress &+ 5), equals: 0xFF)
        test.expect(Memory.load64(Nowhere.physicalAddress &+ 16), equals: UInt64.max)
    }
    suite.test("unbacked memory: writes are dropped") { test in
        test.expect(Probe.store32(0x1234_5678, at: Nowhere.physicalAddress) == nil)
        Memory.store8(0x12, at: Nowhere.physicalAddress &+ 9)
        Memory.store64(0, at: Nowhere.physicalAddress &+ 24)
        test.expect(test.expectValue(Probe.load32(Nowhere.physicalAddress)), equals: 0xFFFF_FFFF)
        test.expect(Memory.load8(Nowhere.physicalAddress &+ 9), equals: 0xFF)
        test.expect(Memory.load64(Nowhere.physicalAddress &+ 24), equals: UInt64.max)
    }
    suite.test("unbacked memory: the places of absent devices are nothing special") { test in
        test.expect(test.expectValue(Probe.load32(0xFED0_0000)), equals: 0xFFFF_FFFF)
        test.expect(Probe.store32(0, at: 0xFEC0_0000) == nil)
        test.expect(test.expectValue(Probe.load32(0xFEC0_0010)), equals: 0xFFFF_FFFF)
    }
    suite.test("ports: where there is no device reads are all ones, writes are dropped") { test in
        test.expect(Port.read8(0x2F8), equals: 0xFF)
        test.expect(Port.read16(0x2F8), equals: 0xFFFF)
        test.expect(Port.read32(0xCFC), equals: 0xFFFF_FFFF)
        Port.write8(0x5A, to: 0x2FF)
        test.expect(Port.read8(0x2FF), equals: 0xFF)
    }
}
