// SPDX-License-Identifier: MIT
import Architecture
import Diagnostics
import XenInterface

extension PhysicalCPU {
    /// The guest has touched memory that it does not have, or may only read: its instruction is executed in the processor's
    /// place. Nothing reads as ones and swallows what is written; the local APIC's page has registers.
    @inline(never)
    func handleNestedPageFault(of vcpu: VirtualCPU) {
        let control = backend.control(of: vcpu)
        let mapping = vcpu.domain.physicalMap.lookup(control.faultAddress.frame)
        if let mapping, mapping.isWritable { return }  // it has come meanwhile: the guest finds it when it tries again
        guard !control.hasInjection else { return failDelivery(of: vcpu) }
        do throws(InstructionFault) {
            try InstructionEmulator(self, vcpu).execute()
        } catch {
            raise(error, in: vcpu)
        }
    }

    /// Lets the guest have the exception that an instruction ends in which the hypervisor executes.
    func raise(_ fault: InstructionFault, in vcpu: VirtualCPU) {
        if fault.exception == .page { backend.control(of: vcpu).pageFaultAddress = fault.address }
        vcpu.raise(fault.exception, errorCode: fault.errorCode)
    }

    /// What was touched was not for the instruction at RIP but for the delivery of an event: a stack or a descriptor table. The
    /// processor would find ones there, and what that ends in is a triple fault.
    @inline(never)
    private func failDelivery(of vcpu: VirtualCPU) {
        let address = backend.control(of: vcpu).faultAddress.value
        let identifier = vcpu.domain.identifier.rawValue
        Machine.log(
            .warning, "d\(identifier)v\(vcpu.identifier) has no memory at \(hex: address) to take an event with")
        handleTripleFault(of: vcpu)
    }
}
