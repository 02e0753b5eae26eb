// SPDX-License-Identifier: MIT
import Locking
import Synchronization
import XenInterface

/// Whose registers a processor has. They stay in the processor when a virtual CPU waits, and go to memory only when another is to
/// run, or the domain has ended: one that runs alone is never moved.
extension PhysicalCPU {
    /// Makes a virtual CPU the one that this processor runs. Returns false when there is no memory for its control block: then its
    /// domain has ended.
    func load(_ vcpu: VirtualCPU) -> Bool {
        guard current !== vcpu else { return true }
        putAside()
        if queue.waitingCount.load(ordering: .sequentiallyConsistent) > 0 { monitor.scheduler.wakeSleeper() }
        vcpu.seat.holder.store(number, ordering: .sequentiallyConsistent)
        current = vcpu
        if !vcpu.hasControlBlock {
            guard backend.prepare(vcpu) else {
                discard(vcpu)
                return false
            }
            vcpu.hasControlBlock = true
        }
        machine.loadContext(of: vcpu)
        let isMoved = vcpu.seat.lastHolder != number
        backend.makeCurrent(vcpu, isMoved: isMoved)
        // What another processor has dropped since, this one may have kept.
        if isMoved { vcpu.seat.generation = 0 }
        vcpu.seat.lastHolder = number
        return true
    }

    private func discard(_ vcpu: VirtualCPU) {
        current = nil
        vcpu.seat.holder.store(Seat.nobody, ordering: .releasing)
        vcpu.domain.lock.withLock {
            vcpu.domain.end(.destroyed("no memory is left for a virtual CPU's control block"))
        }
    }

    /// Writes the registers of the current virtual CPU to memory. From then on any processor may run it.
    private func putAside() {
        guard let vcpu = current else { return }
        current = nil
        machine.saveContext(of: vcpu)
        backend.putAside(vcpu)
        vcpu.seat.holder.store(Seat.nobody, ordering: .sequentiallyConsistent)
    }

    /// Goes a step further with the removal of a domain that has ended. One that has virtual CPUs elsewhere is left to the processor that
    /// has the last of them. Returns whether there may be more to do.
    @discardableResult
    func removeEndedDomains() -> Bool {
        guard monitor.scheduler.endedDomainCount.load(ordering: .sequentiallyConsistent) > 0 else { return false }
        if let current, current.domain.hasEnded { putAside() }
        guard let removal = monitor.takeRemoval() else { return false }
        if case .begin = removal.stage {
            for vcpu in removal.domain.vcpus where vcpu.hasControlBlock { backend.retire(vcpu) }
        }
        monitor.advance(removal)
        return true
    }
}
