// SPDX-License-Identifier: MIT
import Architecture
import CPU
import Testing

@testable import Hypervisor

struct ControlRegister4Tests {
    let hypervisor = TestHypervisor()

    /// A guest about to execute an instruction that writes CR4 from some register.
    private func write(_ value: UInt64, _ bytes: [UInt8] = [0x0F, 0x22, 0xE0], in guest: TestGuest) throws {
        try guest.write(bytes + [0xCC], at: TestGuest.codePlace)
        guest.control.instructionPointer = TestGuest.codePlace
        guest.vcpu.registers.rax = value
        guest.exit(.writeCR4)
    }

    @Test("bits of what CPUID shows can be set and cleared")
    func allowed() throws {
        let guest = try hypervisor.makeGuest()
        for value in [0x0035_0FFF, 0x20, 0] as [UInt64] {
            try write(value, in: guest)
            #expect(guest.takeException() == nil)
            #expect(guest.control.cr4.rawValue == value)
            #expect(guest.control.instructionPointer == TestGuest.codePlace + 3)
        }
    }

    @Test("others raise #GP and change nothing", arguments: [12, 13, 14, 15, 17, 19, 22, 23, 24, 31])
    func refused(bit: UInt64) throws {
        let guest = try hypervisor.makeGuest()
        guest.control.cr4 = .physicalAddressExtension
        try write(0x20 | 1 << bit, in: guest)
        #expect(guest.takeException() == .exception(13, 0))
        #expect(guest.control.cr4 == .physicalAddressExtension)
        #expect(guest.control.instructionPointer == TestGuest.codePlace)
    }

    @Test("what the processor does not have raises #GP as well")
    func absent() throws {
        hypervisor.platform.leaves = { _, _ in CPUIDResult() }
        let guest = try hypervisor.makeGuest()
        for bit in [4, 11, 16, 18, 20, 21] as [UInt64] {
            try write(1 << bit, in: guest)
            #expect(guest.takeException() == .exception(13, 0))
        }
    }

    @Test("in long mode PAE stays set")
    func longMode() throws {
        let guest = try hypervisor.makeGuest()
        guest.control.cr4 = .physicalAddressExtension
        guest.control.efer = [.longModeEnable, .longModeActive]
        try write(0, in: guest)
        #expect(guest.takeException() == .exception(13, 0))
    }

    @Test("the register may be any, behind a prefix; 32-bit code writes 32 bits")
    func registers() throws {
        let guest = try hypervisor.makeGuest()
        guest.vcpu.registers.r15 = 0x30
        try write(0, [0x41, 0x0F, 0x22, 0xE7], in: guest)
        #expect(guest.takeException() == nil)
        #expect(guest.control.cr4.rawValue == 0x30)
        guest.control.isIn64BitCode = false
        try write(0x1_0000_0020, in: guest)
        #expect(guest.takeException() == nil)
        #expect(guest.control.cr4.rawValue == 0x20)
    }

    @Test("the bits that a guest may not set are intercepted from its start on")
    func intercepted() throws {
        let guest = try hypervisor.makeGuest()
        guest.vcpu.pending.insert(.startup)
        guest.enter()
        #expect(guest.control.interceptedCR4.contains(.processContextIdentifiers))
        #expect(!guest.control.interceptedCR4.contains(.performanceCounters))
    }
}
