// SPDX-License-Identifier: MIT
import Foundation
import Synchronization
import Testing

@testable import Hypervisor

struct AuditGateTests {
    /// What processors, here threads, share.
    private final class Shared: Sendable {
        let gate = AuditGate()
        let workers = Atomic(0)
        let mustEnd = Atomic(false)

        /// Works and comes to the gate, again and again, until it is told to end.
        func work() {
            while !mustEnd.load(ordering: .sequentiallyConsistent) {
                gate.pass()
                workers.wrappingAdd(1, ordering: .sequentiallyConsistent)
                workers.wrappingSubtract(1, ordering: .sequentiallyConsistent)
            }
            gate.stand()
        }
    }

    @Test("while the gate is closed nobody works, however soon it is closed again")
    func closed() {
        let shared = Shared()
        let count = 3
        for _ in 0..<count { Thread { shared.work() }.start() }
        var busy = 0
        for _ in 0..<60 {
            shared.gate.close(to: count) {}
            for _ in 0..<50 where shared.workers.load(ordering: .sequentiallyConsistent) > 0 { busy += 1 }
            shared.gate.open()
        }
        shared.mustEnd.store(true, ordering: .sequentiallyConsistent)
        #expect(busy == 0)
    }

    @Test("processors that have nothing more to do count as standing still, for ever")
    func gone() {
        let gate = AuditGate()
        gate.stand()
        gate.stand()
        var calls = 0
        for _ in 0..<3 {
            gate.close(to: 2) { calls += 1 }
            gate.open()
        }
        #expect(calls == 3)
    }
}
