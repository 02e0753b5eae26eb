// SPDX-License-Identifier: MIT
import Architecture
import Diagnostics
import Locking
import Synchronization

extension VirtualMachineMonitor {
    /// Sets memory aside for the audits that the options ask for. What is in use now is the hypervisor's own: no domain may have been
    /// built yet.
    ///
    /// - Parameter first: the first frame that can ever be free.
    public func prepareAudits(from first: HostFrame = HostFrame(0)) {
        guard auditState.schedule != .never else { return }
        auditState.ledger = FrameLedger(allocator, from: first)
        if auditState.ledger == nil { Machine.log(.warning, "audit: none is made: there is no memory for its book") }
    }

    /// Frees frames that were in use when the audits were prepared: what the loader had filled.
    public func release(from first: HostFrame, to end: HostFrame) {
        auditState.ledger?.giveUp(from: first, to: end)
        allocator.release(from: first, to: end)
    }
}

extension PhysicalCPU {
    /// Makes an audit if it is time for one, on the first processor, while the others stand still. Returns false when a rule is
    /// broken: then the log says which, and the run is at its end.
    func auditIfDue() -> Bool {
        guard number == 0 else { return true }
        let ended = monitor.domainsLock.withLock { monitor.outcome.endedCount }
        let isDue = monitor.auditState.takeTurn(
            endedCount: ended, hasDomains: monitor.hasDomains, now: monitor.clock.now)
        guard isDue else { return true }
        monitor.auditGate.close(to: monitor.scheduler.queues.count - 1, interrupt: callOthers)
        defer { monitor.auditGate.open() }
        // Books that are being closed agree with nothing.
        while removeEndedDomains() {}
        guard let audit = makeAudit() else { return true }
        if audit.isGood {
            Machine.log(.info, audit.summary)
            return true
        }
        for index in 0..<audit.toldFindings { Machine.log(.error, audit.complaint(index)) }
        monitor.outcome.hasFailedAudit = true
        return false
    }

    /// Ends the turns of the other processors, and wakes those that sleep.
    private func callOthers() {
        for queue in monitor.scheduler.queues where queue.processor != number {
            queue.shouldSwitch.store(true, ordering: .sequentiallyConsistent)
            machine.interrupt(queue.processor)
        }
    }

    /// Goes over all books. Nil when there is no memory set aside for that.
    func makeAudit() -> Audit? {
        guard let ledger = monitor.auditState.ledger else { return nil }
        var audit = Audit(ledger, monitor.allocator)
        for domain in monitor.domains {
            for vcpu in domain.vcpus where vcpu.hasControlBlock {
                backend.forEachFrame(of: vcpu) { audit.claim($0, for: .controlBlock, of: domain) }
            }
            audit.check(domain, among: monitor.domains)
        }
        audit.checkScheduler(monitor.scheduler, monitor.domains)
        audit.checkFrames()
        return audit
    }
}
