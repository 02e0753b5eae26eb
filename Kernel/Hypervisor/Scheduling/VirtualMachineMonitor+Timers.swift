// SPDX-License-Identifier: MIT
import XenInterface

extension VirtualMachineMonitor {
    /// Does what the timers ask for whose time has come, for all virtual CPUs.
    func expireTimers(at now: UInt64) {
        for vcpu in scheduler.circle where vcpu.timers.earliest <= now { expireTimers(of: vcpu, at: now) }
        for domain in domains where domain.earliestWatchdog <= now { domain.end(.shutdown(.watchdog)) }
    }

    private func expireTimers(of vcpu: VirtualCPU, at now: UInt64) {
        if vcpu.timers.singleshot <= now {
            vcpu.timers.singleshot = .max
            vcpu.domain.raiseVirtualInterrupt(.timer, vcpu: vcpu)
        }
        if vcpu.timers.periodic <= now {
            vcpu.timers.periodic = now &+ vcpu.timers.period
            vcpu.domain.raiseVirtualInterrupt(.timer, vcpu: vcpu)
        }
        if vcpu.timers.poll <= now {
            vcpu.timers.poll = .max
            vcpu.wake()
        }
        if vcpu.timers.localAPIC <= now { expireLocalAPICTimer(of: vcpu, at: now) }
    }

    private func expireLocalAPICTimer(of vcpu: VirtualCPU, at now: UInt64) {
        let apic = vcpu.localAPIC
        vcpu.timers.localAPIC =
            apic.timerIsPeriodic && apic.timerPeriod > 0 ? now &+ max(apic.timerPeriod, 100_000) : .max
        let vector = apic.localVectors[0]
        if vector & 1 << 16 == 0 { interrupt(vcpu, vector: UInt8(truncatingIfNeeded: vector)) }
    }

    /// Asks the machine for an interrupt at the end of the turn, or at the earliest deadline before.
    func armTimer(at now: UInt64) {
        var deadline = min(scheduler.sliceEnd, scheduler.earliestDeadline)
        for domain in domains { deadline = min(deadline, domain.earliestWatchdog) }
        machine.setTimer(in: deadline > now ? deadline &- now : 0)
    }

    /// Takes a new deadline of the running virtual CPU into account.
    func timersChanged() {
        armTimer(at: clock.now)
    }
}
