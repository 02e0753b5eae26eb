// SPDX-License-Identifier: MIT
import Testing

@testable import Hypervisor

struct SchedulerTests {
    let hypervisor = TestHypervisor()

    /// The names of the next virtual CPUs whose turn it is.
    private func turns(_ count: Int) -> [String] {
        (0..<count).map { _ in
            guard let vcpu = hypervisor.monitor.scheduler.next() else { return "none" }
            return "d\(vcpu.domain.identifier.rawValue)v\(vcpu.identifier)"
        }
    }

    @Test("an empty circle has no next")
    func empty() {
        #expect(turns(2) == ["none", "none"])
        #expect(hypervisor.monitor.scheduler.earliestDeadline == .max)
    }

    @Test("every virtual CPU that can run has its turn, in a circle")
    func roundRobin() throws {
        for number in UInt16(1)...3 { _ = try hypervisor.makeGuest(number) }
        let all = turns(9)
        #expect(Set(all.prefix(3)) == ["d1v0", "d2v0", "d3v0"])
        #expect(Array(all.prefix(3)) == Array(all[3..<6]))
        #expect(Array(all.prefix(3)) == Array(all[6..<9]))
    }

    @Test("those that wait are passed over, and come back into their place")
    func waiting() throws {
        let guests = try (UInt16(1)...3).map { try hypervisor.makeGuest($0) }
        guests[1].vcpu.activity = .blocked
        #expect(Set(turns(4)) == ["d1v0", "d3v0"])
        guests[0].vcpu.activity = .polling
        guests[2].vcpu.activity = .offline
        #expect(turns(1) == ["none"])
        guests[1].vcpu.activity = .runnable
        #expect(turns(2) == ["d2v0", "d2v0"])
    }

    @Test("a domain that goes leaves the circle with all its virtual CPUs")
    func remove() throws {
        let first = try hypervisor.makeGuest(1, vcpuCount: 3)
        _ = try hypervisor.makeGuest(2)
        _ = turns(2)
        hypervisor.monitor.scheduler.remove(first.domain)
        #expect(turns(2) == ["d2v0", "d2v0"])
        #expect(hypervisor.monitor.scheduler.circle.count == 1)
    }

    @Test("the earliest deadline is that of any timer of any virtual CPU")
    func deadline() throws {
        let first = try hypervisor.makeGuest(1)
        let second = try hypervisor.makeGuest(2)
        first.vcpu.timers.singleshot = 50
        second.vcpu.timers.poll = 40
        #expect(hypervisor.monitor.scheduler.earliestDeadline == 40)
        second.vcpu.timers.poll = .max
        second.vcpu.timers.periodic = 45
        #expect(hypervisor.monitor.scheduler.earliestDeadline == 45)
        second.vcpu.timers.localAPIC = 30
        #expect(hypervisor.monitor.scheduler.earliestDeadline == 30)
    }
}
