// SPDX-License-Identifier: MIT
import Diagnostics
import Locking
import Synchronization
import XenInterface

extension VirtualMachineMonitor {
    /// A domain that has ended, none of whose virtual CPUs any processor has to do with, and which nobody else removes; nil when
    /// there is none. It is in the list no more: nobody finds it from now on. Others may still be at work on it, under its lock.
    func takeEndedDomain() -> Domain? {
        domainsLock.withLock { () -> Domain? in
            guard let index = domains.firstIndex(where: { $0.hasEnded && scheduler.isAtRest($0) }) else { return nil }
            return domains.remove(at: index)
        }
    }

    /// Takes an ended domain away, which is in the list no more: says why, and gives back all that it had.
    func remove(_ domain: Domain) {
        domain.lock.withLock { flushConsole(of: domain) }
        closeEventChannels(of: domain)
        endGrants(of: domain)
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
