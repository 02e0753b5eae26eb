// SPDX-License-Identifier: MIT
import XenInterface

extension VirtualMachineMonitor {
    /// Hypercall 15, `set_timer_op`: when the one-shot timer fires, in system time; 0 stops it. A 32-bit caller passes the
    /// number in two halves.
    func setTimerOperation(_ call: Hypercall) -> Int64 {
        let timeout = call.is64Bit ? call.argument1 : call.argument2 &<< 32 | call.argument1
        startSingleshotTimer(of: call.vcpu, at: timeout)
        return 0
    }

    /// Starts the one-shot timer. A time so far ahead that a guest cannot have meant it becomes 100 ms, as on Xen.
    func startSingleshotTimer(of vcpu: VirtualCPU, at timeout: UInt64) {
        let now = clock.now
        if timeout == 0 {
            vcpu.timers.singleshot = .max
        } else if Int64(bitPattern: timeout) < 0 || (timeout > now && timeout &- now > 1 << 50) {
            vcpu.timers.singleshot = now &+ 100_000_000
        } else {
            vcpu.timers.singleshot = timeout
        }
        if vcpu.timers.singleshot <= now { expireTimers(of: vcpu, at: now) }
        timersChanged(of: vcpu, by: vcpu)
    }
}
