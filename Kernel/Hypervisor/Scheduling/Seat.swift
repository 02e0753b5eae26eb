// SPDX-License-Identifier: MIT
import Synchronization

/// Where a virtual CPU runs, or waits for its turn, and what it may use of the processors' time.
struct Seat: ~Copyable {
    /// The processor in whose run queue it stands. That one sees to its timers, too. Changed under the locks of both queues.
    let processor = Atomic<Int>(0)
    /// The processor that has its registers; `Seat.nobody` while all of them lie in memory. Only the holder can run it, and
    /// only the holder gives it up.
    let holder = Atomic<Int>(Seat.nobody)
    /// While the guest runs: the generation of translations that it was entered with. 0 while it does not.
    let entered = Atomic<UInt64>(0)
    /// The earliest of its deadlines, in system time.
    let deadline = Atomic<UInt64>(.max)
    /// What it has left of the time that it was given, in nanoseconds; negative when it has used more.
    let credit = Atomic<Int64>(0)
    /// Whether it has run since credit was last given out.
    let hasRun = Atomic<Bool>(false)

    /// For the holder: the generation of translations that its processor has dropped last.
    var generation: UInt64 = 0
    /// For the holder: the processor that held it before.
    var lastHolder = Seat.nobody

    /// Under the lock of the run queue: whether it waits for its turn, or has it. Never both.
    var isWaiting = false
    var isRunning = false
    /// Under the same lock: whether it was woken, and is to run soon.
    var isBoosted = false
    /// Whether it has given up its turn to any other that waits.
    var hasYielded = false
    /// Its place among those that wait: the lowest number is the first.
    var ticket: UInt64 = 0
    /// When its credit was last reduced, in system time, while it runs.
    var chargedUntil: UInt64 = 0
    /// The next one of those that stand in the queue, waiting or not.
    var next: VirtualCPU?

    /// No processor.
    static var nobody: Int { -1 }

    /// How urgent it is that it gets a turn.
    var priority: SchedulingPriority {
        if hasYielded { return .over }
        let isUnder = credit.load(ordering: .relaxed) >= 0
        return isUnder ? (isBoosted ? .boosted : .under) : .over
    }
}

extension Seat {
    /// Whether it comes first, of two that wait in a queue: of those that are over their share, the one that owes less; and of others, and
    /// where one has yielded, the one that has waited longer.
    func isMoreUrgent(than other: borrowing Seat) -> Bool {
        let (mine, its) = (priority, other.priority)
        guard mine == its else { return mine < its }
        if mine == .over && !hasYielded && !other.hasYielded {
            let (left, right) = (credit.load(ordering: .relaxed), other.credit.load(ordering: .relaxed))
            if left != right { return left > right }
        }
        return ticket < other.ticket
    }
}

/// How urgent it is that a virtual CPU gets a turn; less is more urgent.
enum SchedulingPriority: Int, Comparable {
    /// It was woken, and has not used what it may.
    case boosted
    /// It has not used what it may.
    case under
    /// It has used more than its share, or has yielded: it runs when nobody else wants to.
    case over

    static func < (left: SchedulingPriority, right: SchedulingPriority) -> Bool { left.rawValue < right.rawValue }
}
