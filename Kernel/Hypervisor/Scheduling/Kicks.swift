// SPDX-License-Identifier: MIT
import Synchronization

/// The processors that are to be interrupted, so that they look at what is pending, or at their run queues. Whoever changes
/// something only notes it; the processor that has caused it sends the interrupts when it is done.
struct Kicks: ~Copyable {
    private let processors = Atomic<UInt64>(0)

    /// Whether there are any.
    @inline(__always)
    var isEmpty: Bool { processors.load(ordering: .relaxed) == 0 }

    /// Notes a processor.
    func insert(_ processor: Int) {
        _ = processors.bitwiseOr(1 &<< UInt64(processor & 63), ordering: .sequentiallyConsistent)
    }

    /// All that were noted, a bit for each; none is from now on.
    func take() -> UInt64 { processors.exchange(0, ordering: .sequentiallyConsistent) }
}
