// SPDX-License-Identifier: MIT
import CPU
import Synchronization

/// Where all processors but one stand still while that one makes an audit.
struct AuditGate: ~Copyable {
    private let isClosed = Atomic<Bool>(false)
    private let standingCount = Atomic<Int>(0)
    private let goneCount = Atomic<Int>(0)

    /// Stands still for as long as the gate is closed. A processor comes here between turns, when it is at work on nothing.
    @inline(__always)
    func pass() {
        if isClosed.load(ordering: .relaxed) { wait() }
    }

    @inline(never)
    private func wait() {
        standingCount.wrappingAdd(1, ordering: .sequentiallyConsistent)
        while isClosed.load(ordering: .sequentiallyConsistent) { cpu_pause() }
        standingCount.wrappingSubtract(1, ordering: .sequentiallyConsistent)
    }

    /// A processor that has nothing more to do stands still for good.
    func stand() { goneCount.wrappingAdd(1, ordering: .sequentiallyConsistent) }

    /// Closes the gate, and waits until so many processors stand still. `interrupt` calls them.
    ///
    /// One that has seen the gate open the last time, and has not set out yet, still counts as standing: it must have gone first.
    func close(to count: Int, interrupt: () -> Void) {
        while standingCount.load(ordering: .sequentiallyConsistent) > 0 { cpu_pause() }
        isClosed.store(true, ordering: .sequentiallyConsistent)
        interrupt()
        while standing < count { cpu_pause() }
    }

    /// Lets them go on.
    func open() { isClosed.store(false, ordering: .sequentiallyConsistent) }

    private var standing: Int {
        standingCount.load(ordering: .sequentiallyConsistent) &+ goneCount.load(ordering: .sequentiallyConsistent)
    }
}
