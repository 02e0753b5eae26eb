// SPDX-License-Identifier: MIT
import XenInterface

extension VirtualMachineMonitor {
    /// A timer that fires again and again, at least a millisecond apart.
    func setPeriodicTimer(_ vcpu: VirtualCPU, _ call: Hypercall) throws(XenError) {
        let arguments = try call.read(VCPUOperation.SetPeriodicTimer.self, at: call.argument3)
        guard arguments.period >= 1_000_000, arguments.period < 1 << 62 else { throw .invalidArgument }
        vcpu.timers.period = arguments.period
        vcpu.timers.periodic = clock.now &+ arguments.period
        timersChanged()
    }

    /// The one-shot timer of the caller itself. With the flag "future only" a time that has passed is an error.
    func setSingleshotTimer(_ vcpu: VirtualCPU, _ call: Hypercall) throws(XenError) {
        guard vcpu === call.vcpu else { throw .invalidArgument }
        let arguments = try call.read(VCPUOperation.SetSingleshotTimer.self, at: call.argument3)
        if arguments.flags & 1 != 0 && arguments.timeout < clock.now { throw .timerExpired }
        startSingleshotTimer(of: vcpu, at: max(arguments.timeout, 1))
    }
}
