// SPDX-License-Identifier: MIT
import Diagnostics
import Locking
import Synchronization
import XenInterface

extension VirtualMachineMonitor {
    /// A removal that nobody else is at work on: of a domain that has ended, none of whose virtual CPUs any processor has to do with, or
    /// one that has begun. Nil when there is none.
    func takeRemoval() -> DomainRemoval? {
        domainsLock.withLock { () -> DomainRemoval? in
            if let domain = domains.first(where: { $0.hasEnded && !$0.isBeingRemoved && scheduler.isAtRest($0) }) {
                domain.isBeingRemoved = true
                return DomainRemoval(domain: domain)
            }
            return removals.isEmpty ? nil : removals.removeFirst()
        }
    }

    /// Takes a domain out of the list: nobody finds it from now on. Others may still be at work on it, under its lock.
    private func forget(_ domain: Domain) {
        domainsLock.withLock { domains.removeAll { $0 === domain } }
    }

    /// Does a part of a removal, and puts it back until it is done.
    func advance(_ removal: DomainRemoval) {
        var removal = removal
        let domain = removal.domain
        switch removal.stage {
        case .begin:
            domain.lock.withLock { flushConsole(of: domain) }
            removal.stage = .eventChannels(from: 1)
        case .eventChannels(let start):
            if let next = closeEventChannels(of: domain, from: start) {
                removal.stage = .eventChannels(from: next)
            } else {
                forget(domain)
                removal.stage = .mappings(from: 0)
            }
        case .mappings(let start):
            removal.stage = endMappings(of: domain, from: start).map { .mappings(from: $0) } ?? .grants(domain: 0)
        case .grants(let first):
            removal.stage = endGrants(of: domain, from: first).map { .grants(domain: $0) } ?? .memory
        case .memory:
            if domain.lock.withLock({ domain.physicalMap.relinquish() }) { removal.stage = .end }
        case .end: return finishRemoval(of: domain)
        }
        domainsLock.withLock { removals.append(removal) }
    }

    /// Gives back the rest, and says why the domain has ended.
    private func finishRemoval(of domain: Domain) {
        domain.lock.withLock {
            scheduler.remove(domain)
            domain.vcpus = []
        }
        domainsLock.withLock { noteEnd(of: domain) }
        // A processor that sleeps looks whether this was the last one.
        for queue in scheduler.queues { scheduler.kicks.insert(queue.processor) }
    }

    private func noteEnd(of domain: Domain) {
        outcome.endedCount &+= 1
        var line: Message = "d\(domain.identifier.rawValue) \""
        for index in 0..<domain.name.count { line.append(domain.name.bytes[index]) }
        line.append("\" ended: ")
        switch domain.end {
        case .shutdown(let reason):
            line.append(reason.name)
            if reason == .crash || reason == .watchdog { outcome.hasCrashed = true }
        case .destroyed(let why):
            line.append("destroyed: ")
            line.append(why)
            outcome.hasCrashed = true
        case nil: break
        }
        Machine.log(.error, line)
        remainingDomainCount.wrappingSubtract(1, ordering: .sequentiallyConsistent)
        scheduler.endedDomainCount.wrappingSubtract(1, ordering: .sequentiallyConsistent)
    }
}

extension ShutdownReason {
    /// The word for it in the log.
    var name: StaticString {
        switch self {
        case .powerOff: "poweroff"
        case .reboot: "reboot"
        case .suspend: "suspend"
        case .crash: "crash"
        case .watchdog: "watchdog"
        case .softReset: "soft_reset"
        }
    }
}
