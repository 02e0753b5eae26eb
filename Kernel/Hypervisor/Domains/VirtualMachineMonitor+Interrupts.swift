// SPDX-License-Identifier: MIT

extension VirtualMachineMonitor {
    /// Sends a fixed interrupt to a virtual CPU's local APIC.
    func interrupt(_ vcpu: VirtualCPU, vector: UInt8) {
        vcpu.localAPIC.accept(vector)
        vcpu.pending.insert(.localAPIC)
        vcpu.wake()
    }

    /// Whether something would end a wait right now.
    func hasDeliverableEvent(_ vcpu: VirtualCPU) -> Bool {
        if vcpu.pending.contains(.nonMaskableInterrupt) { return true }
        if vcpu.isUpcallPending && vcpu.domain.parameters.callbackVector != 0 { return true }
        return vcpu.pending.contains(.localAPIC) && vcpu.localAPIC.deliverable != nil
    }
}
