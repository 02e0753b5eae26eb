// SPDX-License-Identifier: MIT
import Synchronization
import Testing

@testable import Hypervisor

/// The run queues of one processor, without time.
struct SchedulerTests {
    let hypervisor = TestHypervisor()

    private var scheduler: Scheduler { hypervisor.monitor.scheduler }

    /// The names of the next virtual CPUs whose turn it is, each of which ends its turn at once.
    private func turns(_ count: Int) -> [String] {
        (0..<count).map { _ in
            guard let vcpu = scheduler.next(on: 0, at: 0) else { return "none" }
            scheduler.endTurn(of: vcpu, at: 0)
            return "d\(vcpu.domain.identifier.rawValue)v\(vcpu.identifier)"
        }
    }

    @Test("an empty queue has no next")
    func empty() {
        #expect(turns(2) == ["none", "none"])
        #expect(scheduler.queues[0].earliestDeadline == .max)
    }

    @Test("every virtual CPU that can run has its turn, in the order of their waiting")
    func roundRobin() throws {
        for number in UInt16(1)...3 { _ = try hypervisor.makeGuest(number) }
        #expect(turns(9) == Array(repeating: ["d1v0", "d2v0", "d3v0"], count: 3).flatMap(\.self))
    }

    @Test("those that have to wait are out of it, and come back when they are woken")
    func waiting() throws {
        let guests = try (UInt16(1)...3).map { try hypervisor.makeGuest($0) }
        for guest in guests { guest.vcpu.activity = .blocked }
        _ = turns(3)
        #expect(turns(1) == ["none"])
        guests[1].vcpu.wake()
        #expect(turns(2) == ["d2v0", "d2v0"])
    }

    @Test("one that is woken before its turn has quite ended goes on in the same queue, once")
    func wokenInTurn() throws {
        let guest = try hypervisor.makeGuest()
        let vcpu = try #require(scheduler.next(on: 0, at: 0))
        vcpu.activity = .blocked
        vcpu.wake()
        #expect(guest.waitingCount == 0)
        scheduler.endTurn(of: vcpu, at: 0)
        #expect(guest.waitingCount == 1)
        vcpu.wake()
        #expect(guest.waitingCount == 1)
        #expect(turns(1) == ["d1v0"])
    }

    @Test("a domain that goes leaves the queue with all its virtual CPUs, and its end wakes nobody")
    func remove() throws {
        let first = try hypervisor.makeGuest(1, vcpuCount: 3)
        _ = try hypervisor.makeGuest(2)
        _ = turns(2)
        first.domain.end(.shutdown(.powerOff))
        scheduler.remove(first.domain)
        first.vcpu.activity = .blocked
        first.vcpu.wake()
        #expect(turns(2) == ["d2v0", "d2v0"])
        #expect(scheduler.queues[0].count == 1)
        #expect(first.waitingCount == 1)
    }

    @Test("the earliest deadline is that of any timer of any virtual CPU, or of a watchdog")
    func deadline() throws {
        let first = try hypervisor.makeGuest(1)
        let second = try hypervisor.makeGuest(2)
        first.vcpu.timers.singleshot = 50
        second.vcpu.timers.poll = 40
        #expect(scheduler.queues[0].earliestDeadline == 40)
        second.vcpu.timers.poll = .max
        second.vcpu.timers.periodic = 45
        #expect(scheduler.queues[0].earliestDeadline == 45)
        second.vcpu.timers.localAPIC = 30
        #expect(scheduler.queues[0].earliestDeadline == 30)
        first.domain.watchdogs[1] = 20
        #expect(scheduler.queues[0].earliestDeadline == 20)
    }
}

extension TestGuest {
    /// How many wait on the first processor.
    var waitingCount: Int { monitor.scheduler.queues[0].waitingCount.load(ordering: .relaxed) }
}
