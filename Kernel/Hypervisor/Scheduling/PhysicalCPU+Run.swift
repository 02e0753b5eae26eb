// SPDX-License-Identifier: MIT
import Architecture
import CPU
import Diagnostics
import XenInterface

extension PhysicalCPU {
    /// Runs the domains until the last one has ended.
    public func run() {
        monitor.firstEntry = cpu_read_timestamp()
        while !monitor.domains.isEmpty {
            if let vcpu = monitor.scheduler.next() {
                if change(to: vcpu) { takeTurn(vcpu) }
            } else {
                waitForWork()
            }
            removeEndedDomains()
        }
    }

    /// Makes a virtual CPU the one that this processor runs. Returns false when there is no memory for its control block: then its
    /// domain has ended.
    private func change(to vcpu: VirtualCPU) -> Bool {
        guard current !== vcpu else { return true }
        if !vcpu.hasControlBlock {
            guard backend.prepare(vcpu) else {
                vcpu.domain.end(.destroyed("no memory is left for a virtual CPU's control block"))
                return false
            }
            vcpu.hasControlBlock = true
        }
        machine.switchContext(from: current, to: vcpu)
        backend.makeCurrent(vcpu)
        current = vcpu
        return true
    }

    /// Removes the domains that have ended.
    func removeEndedDomains() {
        while let ended = monitor.domains.first(where: { $0.end != nil }) {
            if current?.domain === ended { current = nil }
            for vcpu in ended.vcpus where vcpu.hasControlBlock { backend.retire(vcpu) }
            monitor.remove(ended)
        }
    }

    /// Nobody can run: sleeps until a timer is due.
    private func waitForWork() {
        let now = monitor.clock.now
        monitor.scheduler.sliceEnd = now &+ 1_000_000_000
        monitor.armTimer(at: now)
        machine.waitForInterrupt()
        monitor.expireTimers(at: monitor.clock.now)
        removeEndedDomains()
    }

    /// Lets a virtual CPU run until its slice is over, or it waits, yields, or its domain ends.
    private func takeTurn(_ vcpu: VirtualCPU) {
        var now = monitor.clock.now
        monitor.scheduler.sliceEnd = now &+ monitor.scheduler.slice
        vcpu.isInTurn = true
        monitor.changeRunstate(of: vcpu, to: .running, at: now)
        monitor.expireTimers(at: now)
        monitor.armTimer(at: now)
        enterRepeatedly(vcpu)
        now = monitor.clock.now
        let waits = vcpu.activity == .runnable ? Runstate.runnable : vcpu.activity == .offline ? .offline : .blocked
        monitor.changeRunstate(of: vcpu, to: waits, at: now)
    }

    /// The innermost loop: into the guest, out of it, and see to why it has stopped.
    ///
    /// A physical interrupt that arrives while the hypervisor works ends the guest's next run at once. Bochs forgets it when the
    /// guest has its interrupts off, so now and then we look for one ourselves.
    @inline(never)
    private func enterRepeatedly(_ vcpu: VirtualCPU) {
        let control = backend.control(of: vcpu)
        var exitsUntilCheck = 256
        while vcpu.isInTurn {
            prepareEntry(vcpu)
            if monitor.options.checks && !isValid(control, of: vcpu) { return }
            handle(control.run(&vcpu.registers), of: vcpu)
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
        Machine.log(.error, "d\(vcpu.domain.identifier.rawValue)v\(vcpu.identifier): \(rule)")
        destroy(vcpu, "its state broke a rule of the processor's manual")
        return false
    }

    /// A physical interrupt has ended the guest's run: it is taken, timers that are due expire, and the turn may be over.
    @inline(never)
    func handlePhysicalInterrupt(of vcpu: VirtualCPU) {
        machine.takeInterrupts()
        let now = monitor.clock.now
        monitor.expireTimers(at: now)
        if now >= monitor.scheduler.sliceEnd { vcpu.isInTurn = false } else { monitor.armTimer(at: now) }
    }
}
