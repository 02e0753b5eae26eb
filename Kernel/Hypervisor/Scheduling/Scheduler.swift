// SPDX-License-Identifier: MIT
import Locking
import Synchronization

/// Whose turn it is on which processor, in the manner of Xen's credit scheduler: a run queue for each processor, time that is given
/// out by weights and used up by running, those that are woken first, and processors without work that take it from others.
///
/// This is logic only: it changes seats and queues, and notes which processors are to be interrupted (`Kicks`).
final class Scheduler {
    /// How long a turn lasts at most, in nanoseconds.
    let slice: UInt64
    /// The run queues, by the processors' numbers.
    let queues: [RunQueue]
    /// System time.
    let clock: Clock
    /// The processors that are to be interrupted.
    let kicks = Kicks()
    /// The processors that sleep, a bit for each.
    let sleepers = Atomic<UInt64>(0)
    /// How many domains have ended and are still there.
    let endedDomainCount = Atomic<Int>(0)
    /// When credit is given out next, in system time.
    let nextAccounting = Atomic<UInt64>(0)
    /// When it was given out last; 0 before the first time. Under the lock of the list of domains.
    var lastAccounting: UInt64 = 0

    /// The most processors that there can be.
    static var maximumProcessorCount: Int { 64 }

    /// Empty queues for so many processors.
    init(slice: UInt64, processorCount: Int, clock: Clock) {
        self.slice = slice
        self.clock = clock
        queues = (0..<processorCount).map { RunQueue(processor: $0) }
    }

    /// Takes up a virtual CPU, in the shortest queue. It waits for its turn if it can run.
    func add(_ vcpu: VirtualCPU) {
        var shortest = queues[0]
        for queue in queues where queue.count < shortest.count { shortest = queue }
        shortest.lock.withLock {
            shortest.insert(vcpu)
            if vcpu.activity == .runnable { shortest.queue(vcpu) }
        }
    }

    /// Whether no processor runs any of a domain's virtual CPUs, nor has registers of theirs. Once a domain has ended, that stays so.
    func isAtRest(_ domain: Domain) -> Bool {
        for vcpu in domain.vcpus {
            let isAtRest = withQueue(of: vcpu) { _ in
                !vcpu.seat.isRunning && vcpu.seat.holder.load(ordering: .acquiring) == Seat.nobody
            }
            if !isAtRest { return false }
        }
        return true
    }

    /// Takes a domain's virtual CPUs out of the queues.
    func remove(_ domain: Domain) {
        for vcpu in domain.vcpus { withQueue(of: vcpu) { $0.remove(vcpu) } }
    }

    /// Lets a virtual CPU that can run again wait for its turn. Its processor is interrupted when it is more urgent than what runs
    /// there; else one that sleeps, to take it over.
    ///
    /// One whose turn is about to end because it had to wait is seen to by its processor: see `endTurn`.
    func wake(_ vcpu: VirtualCPU) {
        withQueue(of: vcpu) { queue in
            guard !vcpu.seat.isRunning, !vcpu.seat.isWaiting else { return }
            vcpu.seat.isBoosted = vcpu.seat.credit.load(ordering: .relaxed) >= 0
            queue.queue(vcpu)
            if let running = queue.running {
                if vcpu.seat.priority < running.seat.priority {
                    queue.shouldSwitch.store(true, ordering: .sequentiallyConsistent)
                    kicks.insert(queue.processor)
                } else {
                    wakeSleeper()
                }
            } else {
                kicks.insert(queue.processor)
            }
        }
    }

    /// Has one of the processors that sleep look for work.
    func wakeSleeper() {
        let sleeping = sleepers.load(ordering: .sequentiallyConsistent)
        if sleeping != 0 { kicks.insert(sleeping.trailingZeroBitCount) }
    }

    /// The virtual CPU whose turn it is now on a processor; nil when there is nothing that it could run.
    func next(on processor: Int, at now: UInt64) -> VirtualCPU? {
        let queue = queues[processor]
        return queue.lock.withLock { () -> VirtualCPU? in
            var choice = queue.mostUrgent(for: processor)
            if choice == nil || choice?.seat.priority == .over {
                choice = take(moreUrgentThan: choice?.seat.priority, for: queue) ?? choice
            }
            if let choice { queue.beginTurn(of: choice, at: now) }
            return choice
        }
    }

    /// Takes a virtual CPU over from another processor, which cannot run it now. Queues that somebody else holds are left out: for
    /// the second lock nobody waits.
    private func take(moreUrgentThan priority: SchedulingPriority?, for queue: RunQueue) -> VirtualCPU? {
        for distance in 1..<max(queues.count, 1) {
            let other = queues[(queue.processor &+ distance) % queues.count]
            guard other.waitingCount.load(ordering: .sequentiallyConsistent) > 0, other.lock.tryAcquire() else {
                continue
            }
            defer { other.lock.release() }
            guard let found = other.mostUrgent(for: queue.processor) else { continue }
            if let priority, found.seat.priority >= priority { continue }
            other.remove(found)
            queue.insert(found)
            return found
        }
        return nil
    }

    /// Ends the turn of a virtual CPU. It waits for the next one, if it can run: it may have been woken since it had to wait.
    func endTurn(of vcpu: VirtualCPU, at now: UInt64) {
        charge(vcpu, at: now)
        withQueue(of: vcpu) { queue in
            queue.endTurn(of: vcpu)
            if vcpu.activity == .runnable && !vcpu.domain.hasEnded { queue.queue(vcpu) }
        }
    }

    /// Lets a virtual CPU stand back behind all others that wait where it runs. Returns whether there are any.
    func yield(_ vcpu: VirtualCPU) -> Bool {
        let queue = queues[vcpu.seat.processor.load(ordering: .relaxed)]
        guard queue.waitingCount.load(ordering: .relaxed) > 0 else { return false }
        queue.lock.withLock { vcpu.seat.hasYielded = true }
        return true
    }

    /// When the turn that begins now ends: after a slice, or when all is used up that the domain may have.
    func endOfSlice(of vcpu: VirtualCPU, from now: UInt64) -> UInt64 {
        guard vcpu.domain.share.cap != 0 else { return now &+ slice }
        let credit = vcpu.seat.credit.load(ordering: .relaxed)
        return now &+ min(slice, credit > 0 ? UInt64(credit) : 0)
    }

    /// Holds the lock of the queue in which a virtual CPU stands. It may be taken over while we wait for the lock.
    @inline(__always)
    func withQueue<Result>(of vcpu: VirtualCPU, _ body: (RunQueue) -> Result) -> Result {
        while true {
            let queue = queues[vcpu.seat.processor.load(ordering: .sequentiallyConsistent)]
            queue.lock.acquire()
            defer { queue.lock.release() }
            if vcpu.seat.processor.load(ordering: .sequentiallyConsistent) == queue.processor { return body(queue) }
        }
    }
}
