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
    unbackedInstructions(&suite)
    suite.test("ports: where there is no device reads are all ones, writes are dropped") { test in
        test.expect(Port.read8(0x2F8), equals: 0xFF)
        test.expect(Port.read16(0x2F8), equals: 0xFFFF)
        test.expect(Port.read32(0xCFC), equals: 0xFFFF_FFFF)
        Port.write8(0x5A, to: 0x2FF)
        test.expect(Port.read8(0x2FF), equals: 0xFF)
    }
}

/// Instructions of all kinds, as they access memory that is not there.
private func unbackedInstructions(_ suite: inout Suite) {
    suite.test("unbacked memory: a copy from it is ones, in both directions") { test in
        guard let page = test.guest.pages.allocate() else { return test.expect(false) }
        Memory.fill(page, count: Memory.pageSize, with: 0)
        Memory.copy(200, from: Nowhere.physicalAddress, to: page)
        test.expect(Memory.isFilled(page, count: 200, with: 0xFF))
        test.expect(!Memory.isFilled(page, count: 201, with: 0xFF))
        Memory.copyDownwards(2, from: Nowhere.physicalAddress &+ 8, to: page &+ 1004)
        test.expect(Memory.isFilled(page &+ 1000, count: 8, with: 0xFF))
        test.expect(!Memory.isFilled(page &+ 999, count: 9, with: 0xFF))
        test.guest.pages.free(page)
    }
    suite.test("unbacked memory: what is copied or filled into it is lost") { test in
        guard let page = test.guest.pages.allocate() else { return test.expect(false) }
        Memory.copy(200, from: page, to: Nowhere.physicalAddress)
        Memory.fillWords(Nowhere.physicalAddress, count: 600, with: 0)
        test.expect(Memory.load64(Nowhere.physicalAddress &+ 8), equals: UInt64.max)
        test.guest.pages.free(page)
    }
    suite.test("unbacked memory: arithmetic and exchanges find ones, and change nothing") { test in
        Memory.add32(1, at: Nowhere.physicalAddress)
        test.expect(Memory.exchangeAndAdd32(5, at: Nowhere.physicalAddress), equals: 0xFFFF_FFFF)
        test.expect(Memory.load32(Nowhere.physicalAddress), equals: 0xFFFF_FFFF)
        test.expect(Memory.hasBit(12_345, at: Nowhere.physicalAddress))
        test.expect(Memory.loadExtended8(Nowhere.physicalAddress), equals: 0xFF)
    }
    suite.test("unbacked memory: a vector register is filled with ones") { test in
        test.expect(Memory.loadVector(Nowhere.physicalAddress &+ 0x40), equals: UInt64.max)
    }
}
