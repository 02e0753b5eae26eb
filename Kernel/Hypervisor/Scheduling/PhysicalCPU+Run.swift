// SPDX-License-Identifier: MIT
import Architecture
import CPU
import Diagnostics
import Locking
import Synchronization
import XenInterface

extension PhysicalCPU {
    /// Runs virtual CPUs until the last domain has ended, or an audit has found a mistake of the hypervisor's.
    public func run() {
        if number == 0 { monitor.firstEntry = cpu_read_timestamp() }
        var isRemoving = false
        while monitor.hasDomains {
            monitor.auditGate.pass()
            let now = monitor.clock.now
            monitor.accountIfDue(at: now)
            if let vcpu = monitor.scheduler.next(on: number, at: now) {
                takeTurn(vcpu)
            } else if !isRemoving {
                waitForWork()
            }
            isRemoving = removeEndedDomains()
            sendKicks()
            guard auditIfDue() else { return }
        }
        if auditIfDue() { monitor.auditGate.stand() }
    }

    /// Nobody can run here: sleeps until there is an interrupt, of the timer or of another processor.
    ///
    /// Whoever makes a virtual CPU runnable looks for sleepers afterwards, so a last look into the queue must follow the note that
    /// this processor is one. An interrupt that comes before the sleep ends it at once.
    private func waitForWork() {
        let mark: UInt64 = 1 &<< UInt64(number)
        _ = monitor.scheduler.sleepers.bitwiseOr(mark, ordering: .sequentiallyConsistent)
        if queue.waitingCount.load(ordering: .sequentiallyConsistent) == 0 && monitor.hasDomains {
            let now = monitor.clock.now
            queue.sliceEnd = now &+ 1_000_000_000
            armTimer(at: now)
            machine.waitForInterrupt()
        } else {
            waitForTurn()
        }
        _ = monitor.scheduler.sleepers.bitwiseAnd(~mark, ordering: .sequentiallyConsistent)
        expireTimers(at: monitor.clock.now)
    }

    /// Those that wait here cannot run yet: they have used up what they may have, or another processor has their registers still.
    private func waitForTurn() {
        let now = monitor.clock.now
        queue.sliceEnd = min(now &+ 1_000_000, monitor.scheduler.nextAccounting.load(ordering: .relaxed))
        armTimer(at: now)
        machine.waitForInterrupt()
    }

    /// Lets a virtual CPU run until its slice is over, or it waits, yields, or its domain ends.
    private func takeTurn(_ vcpu: VirtualCPU) {
        if load(vcpu) && beginTurn(of: vcpu) {
            expireTimers(at: vcpu.seat.chargedUntil)
            armTimer(at: vcpu.seat.chargedUntil)
            enterRepeatedly(vcpu)
            endTurn(of: vcpu)
        }
        monitor.scheduler.endTurn(of: vcpu, at: monitor.clock.now)
    }

    /// Notes that the turn has begun, unless the virtual CPU may not run any more.
    private func beginTurn(of vcpu: VirtualCPU) -> Bool {
        queue.sliceEnd = monitor.scheduler.endOfSlice(of: vcpu, from: vcpu.seat.chargedUntil)
        return vcpu.domain.lock.withLock {
            guard vcpu.activity == .runnable, !vcpu.domain.hasEnded else { return false }
            vcpu.isInTurn = true
            monitor.changeRunstate(of: vcpu, to: .running, at: vcpu.seat.chargedUntil)
            return true
        }
    }

    private func endTurn(of vcpu: VirtualCPU) {
        vcpu.domain.lock.withLock {
            vcpu.isInTurn = false
            monitor.changeRunstate(of: vcpu, to: vcpu.activity.runstate, at: monitor.clock.now)
        }
    }

    /// The innermost loop: into the guest, out of it, and see to why it has stopped.
    ///
    /// A physical interrupt that arrives while the hypervisor works ends the guest's next run at once. Bochs forgets it when the
    /// guest has its interrupts off, so now and then we look for one ourselves.
    @inline(never)
    private func enterRepeatedly(_ vcpu: VirtualCPU) {
        let control = backend.control(of: vcpu)
        var exitsUntilCheck = 256
        while isReady(vcpu) {
            if monitor.options.checks && !isValid(control, of: vcpu) { return }
            let exit = control.run(&vcpu.registers)
            vcpu.leaveGuest()
            handle(exit, of: vcpu)
            sendKicks()
            exitsUntilCheck &-= 1
            if exitsUntilCheck == 0 {
                exitsUntilCheck = 256
                handlePhysicalInterrupt(of: vcpu)
            }
        }
    }

    /// Whether the processor will accept the guest's state. If not, the log says why, and the domain is at its end.
    @inline(never)
    private func isValid(_ control: Backend.Control, of vcpu: VirtualCPU) -> Bool {
        guard let rule = control.brokenRule else { return true }
        vcpu.leaveGuest()
        Machine.log(.error, "d\(vcpu.domain.identifier.rawValue)v\(vcpu.identifier): \(rule)")
        vcpu.domain.lock.withLock { destroy(vcpu, "its state broke a rule of the processor's manual") }
        return false
    }

    /// A physical interrupt has ended the guest's run: it is taken, timers that are due expire, and the turn may be over.
    @inline(never)
    func handlePhysicalInterrupt(of vcpu: VirtualCPU) {
        machine.takeInterrupts()
        let now = monitor.clock.now
        monitor.accountIfDue(at: now)
        expireTimers(at: now)
        if now >= queue.sliceEnd || queue.shouldSwitch.load(ordering: .relaxed) {
            vcpu.isInTurn = false
        } else {
            armTimer(at: now)
        }
    }

    /// Interrupts the processors that are to look at something. This one only needs to know.
    @inline(__always)
    func sendKicks() {
        if !monitor.scheduler.kicks.isEmpty { sendAllKicks() }
    }

    @inline(never)
    private func sendAllKicks() {
        var targets = monitor.scheduler.kicks.take()
        while targets != 0 {
            let target = targets.trailingZeroBitCount
            targets &= targets &- 1
            if target != number {
                machine.interrupt(target)
            } else if queue.shouldSwitch.load(ordering: .relaxed) {
                current?.isInTurn = false
            }
        }
    }
}

extension VirtualCPU.Activity {
    /// The run state of a virtual CPU that does not run.
    var runstate: Runstate {
        switch self {
        case .runnable: .runnable
        case .blocked, .polling: .blocked
        case .offline: .offline
        }
    }
}
