// SPDX-License-Identifier: MIT
import Architecture
import CPU
import XenInterface

extension PhysicalCPU {
    /// HLT: the virtual CPU waits for an interrupt. With interrupts off it waits for nothing: that is how a guest without
    /// power management switches a virtual CPU off, and itself with the last one.
    @inline(never)
    func handleHalt(of vcpu: VirtualCPU) {
        let control = backend.control(of: vcpu)
        control.finishInstruction(length: 1)
        if control.flags.contains(.interruptEnable) {
            if !monitor.hasDeliverableEvent(vcpu) { vcpu.activity = .blocked }
        } else if !vcpu.pending.contains(.nonMaskableInterrupt) {
            monitor.takeDown(vcpu)
        }
    }
}

extension VirtualMachineMonitor {
    /// Takes a virtual CPU offline. When no other one is up, the domain has powered itself off.
    func takeDown(_ vcpu: VirtualCPU) {
        vcpu.stop(.offline)
        for other in vcpu.domain.vcpus where other.isUp { return }
        vcpu.domain.end(.shutdown(.powerOff))
    }
}
