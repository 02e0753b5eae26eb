// SPDX-License-Identifier: MIT
import Locking
import Synchronization

/// The virtual CPUs of one processor: those that wait for their turn there, the one that runs, and those that wait for something
/// else.
final class RunQueue {
    /// The processor's number.
    let processor: Int
    /// Held while the queue, or the seat of anyone in it, is looked at or changed. Two are held only by whoever takes from another
    /// queue, and for the second one nobody waits.
    let lock = SpinLock(.runQueue)
    /// All that stand in it.
    private var first: VirtualCPU?
    /// Whose turn it is.
    private(set) var running: VirtualCPU?
    private var nextTicket: UInt64 = 0

    /// How many wait for their turn, for those who only want to know whether any does.
    let waitingCount = Atomic<Int>(0)
    /// How many stand in it.
    private(set) var count = 0
    /// Whether somebody more urgent has come than the one that runs.
    let shouldSwitch = Atomic<Bool>(false)
    /// When the current turn ends, in system time. For the processor itself.
    var sliceEnd: UInt64 = 0
    /// For when the processor's timer is set, in system time.
    let alarm = Atomic<UInt64>(.max)

    /// The empty queue of a processor.
    init(processor: Int) {
        self.processor = processor
    }

    /// Takes up a virtual CPU.
    func insert(_ vcpu: VirtualCPU) {
        vcpu.seat.next = first
        vcpu.seat.processor.store(processor, ordering: .sequentiallyConsistent)
        first = vcpu
        count &+= 1
        if vcpu.seat.isWaiting { waitingCount.wrappingAdd(1, ordering: .sequentiallyConsistent) }
    }

    /// Takes a virtual CPU out.
    func remove(_ vcpu: VirtualCPU) {
        if vcpu.seat.isWaiting { waitingCount.wrappingSubtract(1, ordering: .sequentiallyConsistent) }
        count &-= 1
        var previous: VirtualCPU?
        var candidate = first
        while let here = candidate, here !== vcpu {
            previous = here
            candidate = here.seat.next
        }
        if let previous { previous.seat.next = vcpu.seat.next } else { first = vcpu.seat.next }
        vcpu.seat.next = nil
    }

    /// Lets a virtual CPU wait for its turn, behind all others of its priority.
    func queue(_ vcpu: VirtualCPU) {
        guard !vcpu.seat.isWaiting, !vcpu.seat.isRunning else { return }
        vcpu.seat.isWaiting = true
        vcpu.seat.ticket = nextTicket
        nextTicket &+= 1
        waitingCount.wrappingAdd(1, ordering: .sequentiallyConsistent)
    }

    /// Gives one that waits its turn.
    func beginTurn(of vcpu: VirtualCPU, at now: UInt64) {
        vcpu.seat.isWaiting = false
        vcpu.seat.hasYielded = false
        waitingCount.wrappingSubtract(1, ordering: .sequentiallyConsistent)
        vcpu.seat.isRunning = true
        vcpu.seat.chargedUntil = now
        running = vcpu
        shouldSwitch.store(false, ordering: .relaxed)
    }

    /// Ends the turn.
    func endTurn(of vcpu: VirtualCPU) {
        vcpu.seat.isRunning = false
        vcpu.seat.isBoosted = false
        running = nil
    }

    /// The most urgent of those that wait and that a processor can run: whose registers lie in memory, or in itself. Of equals the one
    /// that owes less, or has waited longer. Those who have used up what their domain may have at most are left out.
    func mostUrgent(for processor: Int) -> VirtualCPU? {
        var best: VirtualCPU?
        forEach { vcpu in
            guard vcpu.seat.isWaiting, !vcpu.isOverCap, !vcpu.domain.hasEnded else { return }
            let holder = vcpu.seat.holder.load(ordering: .acquiring)
            guard holder == Seat.nobody || holder == processor else { return }
            guard let rival = best else {
                best = vcpu
                return
            }
            if vcpu.seat.isMoreUrgent(than: rival.seat) { best = vcpu }
        }
        return best
    }

    /// One of whose timers the time has come; nil when there is none.
    func firstDue(at now: UInt64) -> VirtualCPU? {
        var due: VirtualCPU?
        forEach { vcpu in
            if due == nil, vcpu.seat.deadline.load(ordering: .relaxed) <= now { due = vcpu }
        }
        return due
    }

    /// The earliest deadline of anyone in it.
    var earliestDeadline: UInt64 {
        var earliest = UInt64.max
        forEach { earliest = min(earliest, $0.seat.deadline.load(ordering: .relaxed)) }
        return earliest
    }

    @inline(__always)
    private func forEach(_ body: (VirtualCPU) -> Void) {
        var candidate = first
        while let vcpu = candidate {
            body(vcpu)
            candidate = vcpu.seat.next
        }
    }
}
