// SPDX-License-Identifier: MIT
import XenInterface

extension VirtualMachineMonitor {
    /// A timer that fires again and again, at least a millisecond apart.
    func setPeriodicTimer(_ vcpu: VirtualCPU, _ call: Hypercall) throws(XenError) {
        let arguments = try call.read(VCPUOperation.SetPeriodicTimer.self, at: call.argument3)
        guard arguments.period >= 1_000_000, arguments.period < 1 << 62 else { throw .invalidArgument }
        vcpu.timers.period = arguments.period
        vcpu.timers.periodic = clock.now &+ arguments.period
        timersChanged(of: vcpu, by: call.vcpu)
    }

    /// The one-shot timer of the caller itself. A time that has passed fires at once, with the flag "future only" as well: Xen
    /// 4.17 does not heed it.
    func setSingleshotTimer(_ vcpu: VirtualCPU, _ call: Hypercall) throws(XenError) {
        guard vcpu === call.vcpu else { throw .invalidArgument }
        let arguments = try call.read(VCPUOperation.SetSingleshotTimer.self, at: call.argument3)
        startSingleshotTimer(of: vcpu, at: max(arguments.timeout, 1))
    }
}
