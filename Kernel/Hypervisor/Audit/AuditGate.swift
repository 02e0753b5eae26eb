// SPDX-License-Identifier: MIT
import CPU
import Synchronization

/// Where all processors but one stand still while that one makes an audit.
struct AuditGate: ~Copyable {
    private let isClosed = Atomic<Bool>(false)
    private let standingCount = Atomic<Int>(0)

    /// Stands still for as long as the gate is closed. A processor comes here between turns, when it is at work on nothing.
    @inline(__always)
    func pass() {
        if isClosed.load(ordering: .relaxed) { wait() }
    }

    @inline(never)
    private func wait() {
        standingCount.wrappingAdd(1, ordering: .sequentiallyConsistent)
        while isClosed.load(ordering: .acquiring) { cpu_pause() }
        standingCount.wrappingSubtract(1, ordering: .sequentiallyConsistent)
    }

    /// A processor that has nothing more to do stands still for good.
    func stand() { standingCount.wrappingAdd(1, ordering: .sequentiallyConsistent) }

    /// Closes the gate, and waits until so many processors stand still. `interrupt` calls them.
    func close(to count: Int, interrupt: () -> Void) {
        isClosed.store(true, ordering: .sequentiallyConsistent)
        interrupt()
        while standingCount.load(ordering: .acquiring) < count { cpu_pause() }
    }

    /// Lets them go on.
    func open() { isClosed.store(false, ordering: .releasing) }
}
