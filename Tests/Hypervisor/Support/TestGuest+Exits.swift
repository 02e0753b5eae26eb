// SPDX-License-Identifier: MIT
import Architecture
import CPU

@testable import Hypervisor

/// Instructions that exit, as a guest executes them.
extension TestGuest {
    /// The guest got #GP instead of what it wanted.
    struct GeneralProtection: Error {}

    /// RDMSR.
    func readMSR(_ index: UInt32) throws -> UInt64 {
        vcpu.registers.rcx = 0xFFFF_FFFF_0000_0000 | UInt64(index)
        try run(.readMSR, length: 2)
        return vcpu.registers.rdx << 32 | vcpu.registers.rax
    }

    /// WRMSR.
    func writeMSR(_ index: UInt32, _ value: UInt64) throws {
        vcpu.registers.rcx = UInt64(index)
        vcpu.registers.rax = 0xABCD_0000_0000_0000 | value & 0xFFFF_FFFF  // the upper halves do not count
        vcpu.registers.rdx = 0xABCD_0000_0000_0000 | value >> 32
        try run(.writeMSR, length: 2)
    }

    /// CPUID.
    func cpuid(_ leaf: UInt32, _ subleaf: UInt32 = 0) throws -> CPUIDResult {
        vcpu.registers.rax = 0xFFFF_FFFF_0000_0000 | UInt64(leaf)
        vcpu.registers.rcx = UInt64(subleaf)
        try run(.cpuid, length: 2)
        return CPUIDResult(
            eax: UInt32(vcpu.registers.rax), ebx: UInt32(vcpu.registers.rbx), ecx: UInt32(vcpu.registers.rcx),
            edx: UInt32(vcpu.registers.rdx))
    }

    /// XSETBV.
    func setExtendedControl(_ value: UInt64, index: UInt64 = 0) throws {
        (vcpu.registers.rcx, vcpu.registers.rax, vcpu.registers.rdx) = (index, value & 0xFFFF_FFFF, value >> 32)
        try run(.setExtendedControl, length: 3)
    }

    /// HLT.
    func halt(interrupts: Bool) {
        if interrupts { control.flags.insert(.interruptEnable) } else { control.flags.remove(.interruptEnable) }
        exit(.halt)
    }

    /// Handles the exit of an instruction: either it completes, or it raises an exception and stays where it is.
    private func run(_ reason: Exit, length: UInt64) throws {
        let start = control.instructionPointer
        exit(reason)
        if vcpu.pending.contains(.exception) {
            vcpu.pending.remove(.exception)
            precondition(control.instructionPointer == start, "an instruction that faults does not complete")
            throw GeneralProtection()
        }
        precondition(
            control.instructionPointer == start + length, "an instruction that completes moves on by its length")
    }
}
