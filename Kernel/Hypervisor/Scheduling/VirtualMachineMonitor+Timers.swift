// SPDX-License-Identifier: MIT
import Locking
import Synchronization
import XenInterface

extension VirtualMachineMonitor {
    /// Does what a virtual CPU's timers ask for whose time has come. The lock of its domain is held.
    func expireTimers(of vcpu: VirtualCPU, at now: UInt64) {
        if vcpu.identifier == 0 && vcpu.domain.earliestWatchdog <= now {
            vcpu.domain.watchdogs = InlineArray(repeating: .max)
            vcpu.domain.end(.shutdown(.watchdog))
        }
        if vcpu.timers.singleshot <= now {
            vcpu.timers.singleshot = .max
            vcpu.domain.raiseVirtualInterrupt(.timer, vcpu: vcpu)
        }
        if vcpu.timers.periodic <= now {
            vcpu.timers.periodic = now &+ max(vcpu.timers.period, 1)
            vcpu.domain.raiseVirtualInterrupt(.timer, vcpu: vcpu)
        }
        if vcpu.timers.poll <= now {
            vcpu.timers.poll = .max
            vcpu.wake()
        }
        if vcpu.timers.localAPIC <= now { expireLocalAPICTimer(of: vcpu, at: now) }
        vcpu.seat.deadline.store(vcpu.earliestDeadline, ordering: .relaxed)
    }

    private func expireLocalAPICTimer(of vcpu: VirtualCPU, at now: UInt64) {
        let apic = vcpu.localAPIC
        vcpu.timers.localAPIC =
            apic.timerIsPeriodic && apic.timerPeriod > 0 ? now &+ max(apic.timerPeriod, 100_000) : .max
        let vector = apic.localVectors[0]
        if vector & 1 << 16 == 0 { interrupt(vcpu, vector: UInt8(truncatingIfNeeded: vector)) }
    }

    /// Takes a new deadline of a virtual CPU into account: the timer of its processor must not be set for later. The caller's own
    /// processor is this one; another one is interrupted, and sees to it.
    func timersChanged(of vcpu: VirtualCPU, by caller: VirtualCPU) {
        let deadline = vcpu.earliestDeadline
        vcpu.seat.deadline.store(deadline, ordering: .sequentiallyConsistent)
        let processor = vcpu.seat.processor.load(ordering: .sequentiallyConsistent)
        let queue = scheduler.queues[processor]
        guard deadline < queue.alarm.load(ordering: .sequentiallyConsistent) else { return }
        guard processor == caller.seat.processor.load(ordering: .relaxed) else {
            return scheduler.kicks.insert(processor)
        }
        let now = clock.now
        queue.alarm.store(deadline, ordering: .sequentiallyConsistent)
        machine.setTimer(in: deadline > now ? deadline &- now : 0)
    }

    /// Gives out credit, if it is time.
    @inline(__always)
    func accountIfDue(at now: UInt64) {
        if scheduler.isAccountingDue(at: now) { domainsLock.withLock { scheduler.account(domains, at: now) } }
    }
}
