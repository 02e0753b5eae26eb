// SPDX-License-Identifier: MIT
import Architecture
import CPU
import Testing
import XenInterface

@testable import Hypervisor

struct MSRTests {
    let hypervisor = TestHypervisor()

    @Test(
        "a register that there is not gives #GP, for reading and for writing",
        arguments: [
            0x4000_0001, 0x4000_00FF, 0x3A, 0x480, 0xC001_0118, 0xFFFF_FFFF, 0x12, 0x900,
        ] as [UInt32])
    func unknown(index: UInt32) throws {
        let guest = try hypervisor.makeGuest()
        #expect(throws: TestGuest.GeneralProtection.self) { _ = try guest.readMSR(index) }
        #expect(throws: TestGuest.GeneralProtection.self) { try guest.writeMSR(index, 0) }
    }

    @Test("a refused access changes no register, and the guest gets the exception")
    func generalProtection() throws {
        let guest = try hypervisor.makeGuest()
        guest.vcpu.registers.rcx = 0x3A
        guest.vcpu.registers.rax = 77
        guest.exit(.readMSR)
        #expect(guest.vcpu.registers.rax == 77)
        guest.enter()
        #expect(guest.control.deliver() == .exception(13, 0))
        #expect(guest.control.instructionPointer == 0x1000)
    }

    @Test("no index traps the hypervisor, and a read that succeeds repeats")
    func allIndices() throws {
        let guest = try hypervisor.makeGuest()
        for start in [0, 0x4000_0000, 0xC000_0000, 0xC001_0000] as [UInt32] {
            for index in start..<start + 0x1200 {
                let first = try? guest.readMSR(index)
                let second = try? guest.readMSR(index)
                #expect(first == second || index == ModelSpecificRegister.timestamp)
                try? guest.writeMSR(index, .max)
                try? guest.writeMSR(index, 0)
            }
        }
        #expect(guest.domain.end == nil)
    }

    @Test("the time-stamp counter runs, and cannot be set")
    func timestamp() throws {
        let guest = try hypervisor.makeGuest()
        let first = try guest.readMSR(ModelSpecificRegister.timestamp)
        try guest.writeMSR(ModelSpecificRegister.timestamp, 0)
        #expect(try guest.readMSR(ModelSpecificRegister.timestamp) >= first)
    }

    @Test("registers of the control block are read and written there, and its refusals are the guest's")
    func controlBlockRegisters() throws {
        let guest = try hypervisor.makeGuest()
        try guest.writeMSR(ModelSpecificRegister.pageAttributeTable, 0x1234_5678_9ABC_DEF0)
        #expect(guest.control.registers[ModelSpecificRegister.pageAttributeTable] == 0x1234_5678_9ABC_DEF0)
        #expect(try guest.readMSR(ModelSpecificRegister.pageAttributeTable) == 0x1234_5678_9ABC_DEF0)
        #expect(throws: TestGuest.GeneralProtection.self) {
            try guest.writeMSR(ModelSpecificRegister.pageAttributeTable, 13)
        }
    }

    @Test("TSC_AUX has 32 bits and takes effect at once")
    func timestampAuxiliary() throws {
        let guest = try hypervisor.makeGuest()
        try guest.writeMSR(ModelSpecificRegister.timestampAuxiliary, 0xFFFF_FFFF)
        #expect(guest.vcpu.timestampAuxiliary == 0xFFFF_FFFF)
        #expect(hypervisor.platform.reloadCount == 1)
        #expect(throws: TestGuest.GeneralProtection.self) {
            try guest.writeMSR(ModelSpecificRegister.timestampAuxiliary, 1 << 32)
        }
    }

    @Test("APIC_BASE tells of xAPIC mode; the registers of x2APIC mode are there when it is on")
    func apicBase() throws {
        let guest = try hypervisor.makeGuest()
        let base = try guest.readMSR(ModelSpecificRegister.apicBase)
        #expect(base == 0xFEE0_0900)
        #expect(throws: TestGuest.GeneralProtection.self) { _ = try guest.readMSR(0x802) }
        #expect(throws: TestGuest.GeneralProtection.self) { try guest.writeMSR(0x80F, 0x1FF) }
        try guest.writeMSR(ModelSpecificRegister.apicBase, base | 1 << 10)
        #expect(try guest.readMSR(0x802) == 0)
        #expect(throws: TestGuest.GeneralProtection.self) { try guest.writeMSR(ModelSpecificRegister.apicBase, base) }
        #expect(try guest.readMSR(ModelSpecificRegister.apicBase) == base | 1 << 10)
    }

    @Test("a local APIC that is switched off and on again has no priority and no timer")
    func apicReset() throws {
        let guest = try hypervisor.makeGuest()
        let base = try guest.readMSR(ModelSpecificRegister.apicBase)
        guest.control.taskPriority = 5
        guest.vcpu.timers.localAPIC = 7
        try guest.writeMSR(ModelSpecificRegister.apicBase, base & ~(1 << 11))
        #expect(guest.control.taskPriority == 5)
        try guest.writeMSR(ModelSpecificRegister.apicBase, base)
        #expect(guest.control.taskPriority == 0)
        #expect(guest.vcpu.timers.localAPIC == .max)
    }

    @Test("each virtual CPU has memory-type ranges, which keep what is written")
    func memoryTypes() throws {
        let guest = try hypervisor.makeGuest(vcpuCount: 2)
        #expect(try guest.readMSR(0xFE) == 0x508)
        #expect(try guest.readMSR(0x2FF) == 0x806)
        let registers = Array(0x200...0x20F as ClosedRange<UInt32>) + [0x250, 0x258, 0x259] + Array(0x268...0x26F)
        func value(_ number: Int) -> UInt64 {
            number < 16 ? UInt64(number) << 12 : 0x0606_0000_0000_0101 + UInt64(number & 1) * 4
        }
        for (number, register) in registers.enumerated() {
            #expect(try guest.readMSR(register) == 0)
            try guest.writeMSR(register, value(number))
        }
        for (number, register) in registers.enumerated() {
            #expect(try guest.readMSR(register) == value(number))
            #expect(try guest.other(1).readMSR(register) == 0)
        }
    }

    @Test(
        "memory-type ranges refuse types that do not exist, and reserved bits",
        arguments: [
            (0xFE, 0x508), (0x200, 2), (0x200, 0x106), (0x201, 0x806), (0x2FF, 0x306), (0x2FF, 0x1006), (0x2FF, 7),
            (0x250, 0x0700_0000_0000_0000), (0x268, 2 << 8), (0x26F, 0x86),
        ] as [(UInt32, UInt64)])
    func memoryTypeRefusals(register: UInt32, value: UInt64) throws {
        let guest = try hypervisor.makeGuest()
        #expect(throws: TestGuest.GeneralProtection.self) { try guest.writeMSR(register, value) }
    }

    @Test("a hypercall page has a stub for each number, and fixes the word size")
    func hypercallPage() throws {
        let guest = try hypervisor.makeGuest()
        guest.control.isIn64BitCode = false
        try guest.writeMSR(0x4000_0000, 0x2_0000)
        #expect(try guest.readMSR(0x4000_0000) == 0)
        for number in UInt64(0)..<128 {
            let stub = try guest.bytes(at: 0x2_0000 + number * 32, count: 32)
            if number == 23 {
                #expect(stub.prefix(2) == [0x0F, 0x0B])
            } else {
                #expect(stub.prefix(9) == [0xB8, UInt8(number), 0, 0, 0, 0x0F, 0x01, 0xD9, 0xC3])
            }
            #expect(stub.dropFirst(9).allSatisfy { $0 == 0xCC })
        }
        #expect(guest.domain.sharedInfo.layout == .bits32)
    }

    @Test(
        "a hypercall page goes into memory only, on a page boundary",
        arguments: [
            0x2_0001, 0x2_0800, 0x10_0000, 0xFEFF_F000, 1 << 48, 0xFFFF_FFFF_FFFF_F000,
        ] as [UInt64])
    func hypercallPageRefusals(value: UInt64) throws {
        let guest = try hypervisor.makeGuest()
        #expect(throws: TestGuest.GeneralProtection.self) { try guest.writeMSR(0x4000_0000, value) }
    }

    @Test("XCR0 takes the components that there are, in combinations that a processor has")
    func extendedControl() throws {
        let guest = try hypervisor.makeGuest()
        // CR4.OSXSAVE is clear.
        #expect(throws: TestGuest.GeneralProtection.self) { try guest.setExtendedControl(0b001) }
        guest.control.cr4 = .xsave
        for value in [0b001, 0b011, 0b111] as [UInt64] {
            try guest.setExtendedControl(value)
            #expect(guest.vcpu.extendedControl.rawValue == value)
        }
        for value in [0, 0b010, 0b101, 0b1111, 1 << 63 | 1] as [UInt64] {
            #expect(throws: TestGuest.GeneralProtection.self) { try guest.setExtendedControl(value) }
        }
        #expect(throws: TestGuest.GeneralProtection.self) { try guest.setExtendedControl(0b111, index: 1) }
        guest.control.privilegeLevel = 3
        #expect(throws: TestGuest.GeneralProtection.self) { try guest.setExtendedControl(0b001) }
        #expect(guest.vcpu.extendedControl.rawValue == 0b111)
    }
}
