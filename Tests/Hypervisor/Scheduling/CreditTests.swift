// SPDX-License-Identifier: MIT
import Synchronization
import Testing

@testable import Hypervisor

/// Who gets how much of the processors' time, without a guest and without a clock: every turn is as long as the scheduler lets it be.
struct CreditTests {
    /// A machine on which time passes as turns do.
    final class Machine {
        let hypervisor: TestHypervisor
        var scheduler: Scheduler { hypervisor.monitor.scheduler }
        private(set) var guests: [TestGuest] = []
        /// How long each virtual CPU has run, by domain and number.
        private(set) var used: [String: UInt64] = [:]
        /// Those that wait again after a millisecond of each turn.
        var sleepers: Set<String> = []
        /// Those that yield after a millisecond of each turn.
        var yielders: Set<String> = []

        init(processorCount: Int = 1) {
            hypervisor = TestHypervisor(memory: 32 << 20, processorCount: processorCount)
        }

        /// Adds a domain all of whose virtual CPUs want to run.
        func add(vcpuCount: Int = 1, weight: UInt32 = 256, cap: UInt32 = 0) throws {
            let guest = try hypervisor.makeGuest(UInt16(guests.count + 1), vcpuCount: vcpuCount)
            guest.domain.share = SchedulingShare(weight: weight, cap: cap)
            for vcpu in guest.domain.vcpus.dropFirst() { vcpu.makeRunnable() }
            guests.append(guest)
        }

        /// Lets so many milliseconds go by, in steps of one; or in larger steps, as where a host lets an emulator wait: nothing happens in
        /// between, and turns end late.
        func run(milliseconds: UInt64, inStepsOf stepSize: UInt64 = 1) {
            var turns: [(vcpu: VirtualCPU, start: UInt64, end: UInt64)?] = scheduler.queues.map { _ in nil }
            for step in stride(from: 0, to: milliseconds, by: Int(stepSize)) {
                let now = step * 1_000_000
                if scheduler.isAccountingDue(at: now) { scheduler.account(hypervisor.monitor.domains, at: now) }
                for processor in turns.indices { turns[processor] = continued(turns[processor], processor, now) }
                if step % 5 == 0 { wakeSleepers() }
            }
        }

        private func continued(
            _ turn: (vcpu: VirtualCPU, start: UInt64, end: UInt64)?, _ processor: Int, _ now: UInt64
        ) -> (vcpu: VirtualCPU, start: UInt64, end: UInt64)? {
            if let turn {
                let sleeps = sleepers.contains(name(turn.vcpu))
                let yields = yielders.contains(name(turn.vcpu))
                let isPreempted = scheduler.queues[processor].shouldSwitch.load(ordering: .relaxed)
                guard sleeps || yields || isPreempted || now >= turn.end else { return turn }
                used[name(turn.vcpu), default: 0] += now - turn.start
                if sleeps { turn.vcpu.activity = .blocked }
                if yields { turn.vcpu.seat.hasYielded = true }
                scheduler.endTurn(of: turn.vcpu, at: now)
            }
            guard let next = scheduler.next(on: processor, at: now) else { return nil }
            return (next, now, scheduler.endOfSlice(of: next, from: now))
        }

        private func wakeSleepers() {
            for guest in guests {
                for vcpu in guest.domain.vcpus where sleepers.contains(name(vcpu)) { vcpu.wake() }
            }
        }

        func name(_ vcpu: VirtualCPU) -> String { "d\(vcpu.domain.identifier.rawValue)v\(vcpu.identifier)" }

        /// The part of a processor that a domain has had, in per cent.
        func share(of domain: Int, milliseconds: UInt64) -> UInt64 {
            used.filter { $0.key.hasPrefix("d\(domain)v") }.values.reduce(0, +) / (milliseconds * 10_000)
        }
    }

    @Test(
        "time is divided by weights",
        arguments: [(256, 256), (512, 256), (256, 1024), (2048, 256)] as [(UInt32, UInt32)])
    func weights(first: UInt32, second: UInt32) throws {
        let machine = Machine()
        try machine.add(weight: first)
        try machine.add(weight: second)
        machine.run(milliseconds: 20_000)
        let expected = 100 * UInt64(first) / UInt64(first + second)
        let got = machine.share(of: 1, milliseconds: 20_000)
        #expect(got + 4 >= expected && got <= expected + 4, "\(got) of \(expected)")
    }

    @Test("one that yields again and again still gets turns, among others that compute without end")
    func yielding() throws {
        let machine = Machine(processorCount: 2)
        try machine.add(vcpuCount: 4)
        machine.yielders = ["d1v0"]
        machine.run(milliseconds: 3_000)
        // At least one of its short turns in each round of the others' long ones.
        #expect(machine.used["d1v0", default: 0] >= 3_000 / 40 * 1_000_000)
    }

    @Test(
        "weights count as well where turns end late: each pays for what it has had",
        arguments: [1, 20, 45, 70] as [UInt64])
    func lateTurns(step: UInt64) throws {
        let machine = Machine()
        try machine.add(weight: 256)
        try machine.add(weight: 768)
        machine.run(milliseconds: 20_000, inStepsOf: step)
        let part = Double(machine.used["d1v0", default: 0]) / 20e9
        #expect((0.2...0.3).contains(part))
    }

    @Test("a processor that looked at the clock before another gave out credit gives out no more than a period's")
    func overtaken() throws {
        let machine = Machine()
        try machine.add()
        for now in [60, 30, 90] as [UInt64] {
            machine.scheduler.account(machine.hypervisor.monitor.domains, at: now * 1_000_000)
        }
        #expect(machine.guests[0].domain.vcpus[0].seat.credit.load(ordering: .relaxed) <= 90_000_000)
        #expect(machine.scheduler.lastAccounting == 90_000_000)
    }

    @Test("weights hold over several processors, and nobody gets more than one processor")
    func severalProcessors() throws {
        let machine = Machine(processorCount: 2)
        try machine.add(weight: 1024)
        try machine.add(weight: 256)
        try machine.add(weight: 256)
        machine.run(milliseconds: 20_000)
        #expect(machine.share(of: 1, milliseconds: 20_000) >= 90)
        for domain in 2...3 { #expect((44...56).contains(machine.share(of: domain, milliseconds: 20_000))) }
    }

    @Test("a cap holds, alone and beside others", arguments: [10, 30, 50] as [UInt32], [false, true])
    func cap(percent: UInt32, beside: Bool) throws {
        let machine = Machine()
        try machine.add(cap: percent)
        if beside { try machine.add() }
        machine.run(milliseconds: 10_000)
        let got = machine.share(of: 1, milliseconds: 10_000)
        #expect(got <= UInt64(percent) + 2 && got + 5 >= UInt64(percent), "\(got) of \(percent)")
        if beside { #expect(machine.share(of: 2, milliseconds: 10_000) >= 98 - UInt64(percent)) }
    }

    @Test("nobody starves, however many there are and whatever their weights")
    func starvation() throws {
        let machine = Machine(processorCount: 2)
        try machine.add(weight: 65_535)
        for _ in 0..<6 { try machine.add(weight: 1) }
        try machine.add(vcpuCount: 3, weight: 256)
        machine.run(milliseconds: 30_000)
        for guest in machine.guests {
            for vcpu in guest.domain.vcpus { #expect(machine.used[machine.name(vcpu), default: 0] > 0) }
        }
    }

    @Test("processors without work take it from others: two virtual CPUs use two processors")
    func stealing() throws {
        let machine = Machine(processorCount: 3)
        try machine.add(vcpuCount: 3)
        machine.run(milliseconds: 1_000)
        for vcpu in machine.guests[0].domain.vcpus {
            #expect(machine.used[machine.name(vcpu), default: 0] >= 900_000_000)
        }
    }

    @Test("one that sleeps most of the time runs as soon as it is woken, though another computes for ever")
    func boost() throws {
        let machine = Machine()
        try machine.add()
        try machine.add()
        machine.sleepers = ["d2v0"]
        machine.run(milliseconds: 10_000)
        // Woken every five milliseconds, it runs for one each time: without a boost it would wait for slices of ten to end.
        #expect(machine.share(of: 2, milliseconds: 10_000) >= 15)
    }

    @Test("what is lent is bounded: one that was alone for long does not pay for it for more than a period")
    func bounded() throws {
        let machine = Machine()
        try machine.add()
        machine.run(milliseconds: 1_000)
        let credit = machine.guests[0].vcpu.seat.credit.load(ordering: .relaxed)
        #expect(abs(credit) <= 2 * Int64(Scheduler.accountingPeriod))
    }

    @Test("a virtual CPU whose registers another processor has is not taken over")
    func held() throws {
        let machine = Machine(processorCount: 2)
        try machine.add()
        let vcpu = machine.guests[0].vcpu
        vcpu.seat.holder.store(0, ordering: .relaxed)
        #expect(machine.scheduler.next(on: 1, at: 0) == nil)
        vcpu.seat.holder.store(Seat.nobody, ordering: .relaxed)
        #expect(machine.scheduler.next(on: 1, at: 0) === vcpu)
        #expect(vcpu.seat.processor.load(ordering: .relaxed) == 1)
    }

    @Test("whoever wakes a virtual CPU interrupts its processor, or one that sleeps when that one has better to do")
    func kicks() throws {
        let machine = Machine(processorCount: 2)
        try machine.add()
        try machine.add()
        let scheduler = machine.scheduler
        machine.guests[1].vcpu.activity = .blocked
        _ = scheduler.next(on: 1, at: 0).map { scheduler.endTurn(of: $0, at: 0) }
        #expect(scheduler.kicks.take() == 0)
        machine.guests[1].vcpu.wake()
        let home = machine.guests[1].vcpu.seat.processor.load(ordering: .relaxed)
        #expect(scheduler.kicks.take() == 1 << UInt64(home))
    }
}
