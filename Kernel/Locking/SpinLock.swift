// SPDX-License-Identifier: MIT
import CPU
import Synchronization

/// A lock for which a processor waits by looking again and again. Those who wait draw tickets and are served in their order, so
/// nobody waits for ever.
///
/// Whoever holds one has interrupts off, as all of the hypervisor has, and does not wait for anything but another lock of a later
/// rank: see `Documentation/Locks.md`.
public struct SpinLock: ~Copyable, Sendable {
    /// The ticket that the next processor draws.
    private let next = Atomic<UInt32>(0)
    /// The ticket whose turn it is.
    private let serving = Atomic<UInt32>(0)

    /// A lock that nobody holds.
    public init() {}

    /// Waits until the lock is free, and holds it.
    @inline(__always)
    public func acquire() {
        let ticket = next.wrappingAdd(1, ordering: .relaxed).oldValue
        while serving.load(ordering: .acquiring) != ticket { cpu_pause() }
    }

    /// Holds the lock if it is free. Returns whether it was.
    @inline(__always)
    public func tryAcquire() -> Bool {
        let ticket = serving.load(ordering: .relaxed)
        return next.compareExchange(expected: ticket, desired: ticket &+ 1, ordering: .acquiring).exchanged
    }

    /// Lets go of the lock.
    @inline(__always)
    public func release() {
        serving.store(serving.load(ordering: .relaxed) &+ 1, ordering: .releasing)
    }

    /// Holds the lock while `body` works.
    @inline(__always)
    public func withLock<Result: ~Copyable, Failure: Error>(
        _ body: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        acquire()
        defer { release() }
        return try body()
    }

    /// Whether anybody holds the lock, as of just now.
    public var isHeld: Bool {
        serving.load(ordering: .relaxed) != next.load(ordering: .relaxed)
    }
}
