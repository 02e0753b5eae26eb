// SPDX-License-Identifier: MIT
import CPU
import Synchronization

/// Whether the time-stamp counters of two processors agree. Both read theirs again and again, and look whether it is less than what the
/// other has read before: then time would go back for whoever moves from one to the other.
///
/// A difference that is smaller than the time from one to the other is not found, and nobody would notice it.
public struct TimestampComparison: ~Copyable, Sendable {
    private let latest = Atomic<UInt64>(0)
    private let difference = Atomic<UInt64>(0)
    private let answers = Atomic<Int>(0)
    private let isOver = Atomic<Bool>(false)

    /// One that has not begun.
    public init() {}

    /// Makes it ready for two processors.
    public func begin() {
        latest.store(0, ordering: .relaxed)
        difference.store(0, ordering: .relaxed)
        answers.store(0, ordering: .relaxed)
        isOver.store(false, ordering: .releasing)
    }

    /// The part of the processor that is compared: it looks until the other has seen enough.
    public func answer() {
        while !isOver.load(ordering: .acquiring) {
            look(at: cpu_read_timestamp_in_order)
            answers.wrappingAdd(1, ordering: .sequentiallyConsistent)
            cpu_pause()
        }
    }

    /// The part of the other one. Returns how many ticks the counters differ by at least; 0 when they agree as far as can be seen.
    public func ask() -> UInt64 {
        // In an emulator the two may not run at the same time.
        var patience = 1_000_000
        while answers.load(ordering: .sequentiallyConsistent) < 100 && patience > 0 {
            look(at: cpu_read_timestamp_in_order)
            cpu_pause()
            patience &-= 1
        }
        isOver.store(true, ordering: .releasing)
        return found
    }

    /// How many ticks the counters differ by at least, as far as has been seen.
    var found: UInt64 { difference.load(ordering: .sequentiallyConsistent) }

    /// Reads the counter, and compares it with the latest that anybody has read before.
    func look(at timestamp: () -> UInt64) {
        var before = latest.load(ordering: .sequentiallyConsistent)
        let now = timestamp()
        if now < before { difference.max(before &- now, ordering: .sequentiallyConsistent) }
        while now > before {
            let (isStored, found) = latest.compareExchange(
                expected: before, desired: now, ordering: .sequentiallyConsistent)
            if isStored { return }
            before = found
        }
    }
}
