// SPDX-License-Identifier: MIT
import CPU
import Synchronization

/// A lock for which a processor waits by looking again and again. Of those who wait, the first one to find it free has it.
///
/// There is no queue: in an emulator, or under another hypervisor, the one whose turn it were is often not running itself, and
/// all behind it would wait until it is. Linux leaves its queue aside there for the same reason.
///
/// Whoever holds one has interrupts off, as all of the hypervisor has, and does not wait for anything but another lock of a later
/// rank: see `Documentation/Locks.md`. With `checkOrder` the lock sees to that itself.
public struct SpinLock: ~Copyable, Sendable {
    /// Its place in the order.
    private let rank: LockRank
    private let state = Atomic<UInt32>(0)

    // What `state` says. An unchecked lock is free at 0, so that it costs no instruction that others can be checked.
    private static var held: UInt32 { 1 }
    private static var checked: UInt32 { 2 }

    /// A lock that nobody holds.
    public init(_ rank: LockRank) { self.rank = rank }

    /// From now on the processor's other locks are looked at when this one is taken. Nobody may hold it, or want it, at the moment.
    public func checkOrder() { state.store(SpinLock.checked, ordering: .relaxed) }

    /// Waits until the lock is free, and holds it.
    @inline(__always)
    public func acquire() {
        if !take(from: 0) { acquireSlowly(besideEqual: false) }
    }

    /// The same, for the second of two locks of one rank. The caller knows an order among them.
    @inline(__always)
    public func acquireSecond() {
        if !take(from: 0) { acquireSlowly(besideEqual: true) }
    }

    /// Holds the lock if it is free. Returns whether it was. As nobody waits here, any other locks may be held.
    @inline(__always)
    public func tryAcquire() -> Bool { take(from: 0) || tryChecked() }

    /// Lets go of the lock.
    @inline(__always)
    public func release() {
        guard state.load(ordering: .relaxed) == SpinLock.held else { return releaseChecked() }
        state.store(0, ordering: .releasing)
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
    public var isHeld: Bool { state.load(ordering: .relaxed) & SpinLock.held != 0 }

    @inline(__always)
    private func take(from free: UInt32) -> Bool {
        state.compareExchange(expected: free, desired: free | SpinLock.held, ordering: .acquiring).exchanged
    }

    /// Somebody holds it, or it is checked.
    @inline(never)
    private func acquireSlowly(besideEqual: Bool) {
        let free = state.load(ordering: .relaxed) & SpinLock.checked
        if free != 0 { LockOrder.take(rank, besideEqual: besideEqual) }
        while !take(from: free) {
            while isHeld { cpu_pause() }
        }
    }

    @inline(never)
    private func tryChecked() -> Bool {
        guard state.load(ordering: .relaxed) == SpinLock.checked, take(from: SpinLock.checked) else { return false }
        LockOrder.note(rank)
        return true
    }

    @inline(never)
    private func releaseChecked() {
        LockOrder.letGo(rank)
        state.store(SpinLock.checked, ordering: .releasing)
    }
}
