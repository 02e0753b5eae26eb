// SPDX-License-Identifier: MIT
import Architecture
import Testing
import XenInterface

@testable import Hypervisor

/// The hypercall instruction of the other vendor, which is an invalid opcode on this processor.
@Suite(.recording)
struct ForeignHypercallTests {
    let hypervisor = TestHypervisor(vendor: .amd, shownVendor: .intel)

    /// Where the instruction lies.
    private static let place: UInt64 = 0x2_0000

    /// The guest executes an instruction that is an invalid opcode, with a hypercall's number in RAX.
    private func execute(_ instruction: [UInt8], _ guest: TestGuest) throws {
        try guest.write(instruction, at: ForeignHypercallTests.place)
        guest.control.instructionPointer = ForeignHypercallTests.place
        guest.vcpu.registers.rax = UInt64(HypercallNumber.xenVersion.rawValue)
        guest.vcpu.registers.rdi = 0
        guest.control.exception = (6, 0)
        guest.exit(.exception)
    }

    /// Whether the guest gets its invalid opcode, at the instruction itself, and RAX is as it was.
    private func isInvalid(_ guest: TestGuest) -> Bool {
        guest.enter()
        return guest.control.deliver() == .exception(6, nil)
            && guest.control.instructionPointer == ForeignHypercallTests.place
            && guest.vcpu.registers.rax == UInt64(HypercallNumber.xenVersion.rawValue)
    }

    @Test("where guests are told of that other vendor, it makes the hypercall")
    func disguised() throws {
        let guest = try hypervisor.makeGuest()
        try execute([0x0F, 0x01, 0xC1], guest)
        #expect(guest.result == 0x4_0011)
        #expect(guest.control.instructionPointer == ForeignHypercallTests.place + 3)
        #expect(!guest.vcpu.hasPending(.exception))
        #expect(guest.control.completedExceptionCount == 0)
    }

    @Test("where they are told the truth, it is an invalid opcode")
    func undisguised() throws {
        for shown in [nil, ProcessorVendor.amd] {
            let guest = try TestHypervisor(vendor: .amd, shownVendor: shown).makeGuest()
            try execute([0x0F, 0x01, 0xC1], guest)
            #expect(isInvalid(guest))
        }
    }

    @Test(
        "any other invalid opcode stays one",
        arguments: [
            [0x0F, 0x0B, 0x90], [0x0F, 0x01, 0xD9], [0x0F, 0x01, 0xC2], [0x0F, 0x00, 0xC1], [0x90, 0x01, 0xC1],
        ])
    func otherInstructions(instruction: [UInt8]) throws {
        let guest = try hypervisor.makeGuest()
        try execute(instruction, guest)
        #expect(isInvalid(guest))
    }

    @Test("so does one whose bytes cannot be read")
    func unreadable() throws {
        let guest = try hypervisor.makeGuest()
        try guest.write([0x0F, 0x01] as [UInt8], at: 0xF_FFFE)  // the last bytes of the guest's memory
        guest.control.instructionPointer = 0xF_FFFE
        guest.control.exception = (6, 0)
        guest.exit(.exception)
        guest.enter()
        #expect(guest.control.deliver() == .exception(6, nil))
    }

    @Test(
        "it has three bytes, however long the processor says that the instruction of an exception is",
        arguments: [0, 7])
    func length(reported: UInt64) throws {
        let guest = try hypervisor.makeGuest()
        guest.control.reportedLength = reported
        try execute([0x0F, 0x01, 0xC1], guest)
        #expect(guest.result == 0x4_0011)
        #expect(guest.control.instructionPointer == ForeignHypercallTests.place + 3)
    }

    @Test("a call that is not done yet executes the instruction again")
    func unfinished() throws {
        let guest = try hypervisor.makeGuest()
        try guest.write([0x0F, 0x01, 0xC1] as [UInt8], at: ForeignHypercallTests.place)
        guest.control.instructionPointer = ForeignHypercallTests.place
        guest.control.exception = (6, 0)
        try guest.write([UInt8](repeating: UInt8(ascii: "a"), count: 1500), at: 0x3_0000)
        guest.vcpu.registers.rax = UInt64(HypercallNumber.consoleIO.rawValue)
        (guest.vcpu.registers.rdi, guest.vcpu.registers.rsi, guest.vcpu.registers.rdx) = (0, 1500, 0x3_0000)
        guest.exit(.exception)
        #expect(guest.control.instructionPointer == ForeignHypercallTests.place)
        #expect(!guest.vcpu.hasPending(.exception))
        guest.exit(.exception)
        #expect(guest.control.instructionPointer == ForeignHypercallTests.place + 3)
        #expect(guest.result == 0)
    }

    @Test("only a kernel may make it")
    func userMode() throws {
        let guest = try hypervisor.makeGuest()
        guest.control.privilegeLevel = 3
        try execute([0x0F, 0x01, 0xC1], guest)
        #expect(guest.result == -1)
    }

    @Test("invalid opcodes lead to an exit only where it is needed, from the start")
    func interception() throws {
        for (test, intercepts) in [(hypervisor, true), (TestHypervisor(vendor: .amd), false)] {
            let guest = try test.makeGuest()
            guest.vcpu.pending.insert(.startup)
            guest.enter()
            let expected: InterceptedExceptions =
                intercepts ? .always.union(InterceptedExceptions(.invalidOpcode)) : .always
            #expect(guest.control.interceptedExceptions == expected)
        }
    }
}
