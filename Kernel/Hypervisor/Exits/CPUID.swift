// SPDX-License-Identifier: MIT
import Architecture
import CPU
import XenInterface

extension PhysicalCPU {
    /// CPUID. The guest's kernel may have asked that it raises #GP elsewhere than at privilege level 0.
    @inline(never)
    func handleCPUID(of vcpu: VirtualCPU) {
        let control = backend.control(of: vcpu)
        guard !vcpu.hidesCPUID || control.privilegeLevel == 0 else { return vcpu.raise(.generalProtection) }
        let leaf = UInt32(truncatingIfNeeded: vcpu.registers.rax)
        let subleaf = UInt32(truncatingIfNeeded: vcpu.registers.rcx)
        var result: CPUIDResult
        if leaf &>> 8 == HypervisorLeaf.signature.rawValue &>> 8 {
            if let leaf = HypervisorLeaf(rawValue: leaf) {
                result = monitor.cpuidPolicy.xenLeaf(
                    leaf, subleaf: subleaf, vcpu: vcpu.identifier, domain: vcpu.domain.identifier.rawValue)
            } else {
                result = CPUIDResult()
            }
        } else {
            result = monitor.cpuidPolicy.filter(
                machine.cpuid(leaf, subleaf), leaf: leaf, subleaf: subleaf,
                apicIdentifier: vcpu.localAPIC.identifier, cr4: control.cr4)
            if leaf == 1 && vcpu.localAPIC.mode == .disabled { result.edx &= ~(1 << 9) }
        }
        vcpu.registers.rax = UInt64(result.eax)
        vcpu.registers.rbx = UInt64(result.ebx)
        vcpu.registers.rcx = UInt64(result.ecx)
        vcpu.registers.rdx = UInt64(result.edx)
        control.finishInstruction(length: 2)
    }
}
