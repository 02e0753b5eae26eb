// SPDX-License-Identifier: MIT
import Locking
import Synchronization

extension PhysicalCPU {
    /// Does what the timers ask for whose time has come, for all virtual CPUs that stand in this processor's queue.
    func expireTimers(at now: UInt64) {
        while let vcpu = queue.lock.withLock({ queue.firstDue(at: now) }) {
            vcpu.domain.lock.withLock { monitor.expireTimers(of: vcpu, at: now) }
        }
        sendKicks()
    }

    /// Asks the machine for an interrupt at the end of the turn, or at the earliest deadline before.
    ///
    /// Others who shorten a deadline look at the alarm afterwards. So it says first that it will look at everything, and then does.
    func armTimer(at now: UInt64) {
        queue.alarm.store(.max, ordering: .sequentiallyConsistent)
        let deadline = min(queue.sliceEnd, queue.lock.withLock { queue.earliestDeadline })
        queue.alarm.store(deadline, ordering: .sequentiallyConsistent)
        machine.setTimer(in: deadline > now ? deadline &- now : 0)
    }
}
