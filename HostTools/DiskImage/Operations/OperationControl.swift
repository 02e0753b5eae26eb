// SPDX-License-Identifier: MIT
import Synchronization

/// How a long operation tells how far it is, and is told to stop. Any thread may use it.
public final class OperationControl: Sendable {
    private let done = Atomic<UInt64>(0)
    private let total = Atomic<UInt64>(0)
    private let stopped = Atomic<Bool>(false)

    /// Nothing done of nothing.
    public init() {}

    /// The part that is done, from 0 to 1.
    public var fraction: Double {
        let total = total.load(ordering: .relaxed)
        return total == 0 ? 0 : min(1, Double(done.load(ordering: .relaxed)) / Double(total))
    }

    /// Asks the operation to stop; it then throws ``DiskImageError/interrupted``.
    public func stop() { stopped.store(true, ordering: .relaxed) }

    /// Begins to count up to `total` bytes.
    func begin(total: UInt64) {
        self.total.store(total, ordering: .relaxed)
        done.store(0, ordering: .relaxed)
    }

    /// Counts bytes as done.
    func advance(by count: UInt64) { done.wrappingAdd(count, ordering: .relaxed) }

    /// Throws when the operation has been asked to stop.
    func check() throws(DiskImageError) {
        if stopped.load(ordering: .relaxed) { throw .interrupted }
    }
}
