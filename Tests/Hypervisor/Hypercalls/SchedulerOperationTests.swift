// SPDX-License-Identifier: MIT
import Architecture
import Testing
import XenInterface

@testable import Hypervisor

struct SchedulerOperationTests {
    let hypervisor = TestHypervisor()

    private func call(_ guest: TestGuest, _ operation: SchedulerOperation) -> Int64 {
        guest.call(.schedulerOperation, UInt64(operation.rawValue), TestGuest.argumentPlace)
    }

    private func reason(_ domain: Domain) -> ShutdownReason? {
        if case .shutdown(let reason) = domain.end { reason } else { nil }
    }

    @Test("a domain ends with the reason that it gives", arguments: ShutdownReason.allCases)
    func shutdown(given: ShutdownReason) throws {
        let guest = try hypervisor.makeGuest()
        try guest.place(SchedulerOperation.Shutdown(reason: given.rawValue))
        _ = call(guest, .shutdown)
        #expect(reason(guest.domain) == given)
    }

    @Test("a reason that is none ends it as well", arguments: [6, 255, UInt32.max])
    func unknownReason(given: UInt32) throws {
        let guest = try hypervisor.makeGuest()
        try guest.place(SchedulerOperation.Shutdown(reason: given))
        #expect(call(guest, .shutdownCode) == 0)
        #expect(guest.domain.end == nil)
        _ = call(guest, .shutdown)
        if case .destroyed = guest.domain.end {} else { Issue.record("the domain goes on") }
    }

    @Test("only the lowest eight bits of a reason count")
    func wideReason() throws {
        let guest = try hypervisor.makeGuest()
        try guest.place(SchedulerOperation.Shutdown(reason: 0x101))
        _ = call(guest, .shutdown)
        #expect(reason(guest.domain) == .reboot)
    }

    @Test("a reason that was announced counts, whatever the shutdown says")
    func announcedReason() throws {
        let guest = try hypervisor.makeGuest()
        try guest.place(SchedulerOperation.Shutdown(reason: ShutdownReason.reboot.rawValue))
        #expect(call(guest, .shutdownCode) == 0)
        try guest.place(SchedulerOperation.Shutdown(reason: ShutdownReason.powerOff.rawValue))
        _ = call(guest, .shutdown)
        #expect(reason(guest.domain) == .reboot)
    }

    @Test("blocking waits for an event, and does not when there is one")
    func block() throws {
        let guest = try hypervisor.makeGuest()
        let port = try guest.openInterprocessor()
        #expect(call(guest, .block) == 0)
        #expect(guest.vcpu.activity == .blocked)
        #expect(try guest.send(port) == 0)
        #expect(guest.vcpu.activity == .runnable)
        #expect(call(guest, .block) == 0)
        #expect(guest.vcpu.activity == .runnable)
    }

    @Test("yielding gives up the turn only when there is somebody else")
    func yield() throws {
        let guest = try hypervisor.makeGuest()
        #expect(hypervisor.monitor.scheduler.next(on: 0, at: 0) === guest.vcpu)
        guest.vcpu.isInTurn = true
        #expect(call(guest, .yield) == 0)
        #expect(guest.vcpu.isInTurn)
        _ = try hypervisor.makeGuest(2)
        #expect(call(guest, .yield) == 0)
        #expect(!guest.vcpu.isInTurn)
        #expect(guest.vcpu.activity == .runnable)
    }

    private func poll(_ guest: TestGuest, _ ports: [UInt32], timeout: UInt64 = 0) throws -> Int64 {
        for (index, port) in ports.enumerated() { try guest.write(port, at: TestGuest.arrayPlace + UInt64(index) * 4) }
        try guest.place(
            SchedulerOperation.Poll(ports: TestGuest.arrayPlace, portCount: UInt32(ports.count), timeout: timeout))
        return call(guest, .poll)
    }

    @Test("a poll returns at once when one of its ports is pending, masked or not", arguments: [true, false])
    func pollPending(is64Bit: Bool) throws {
        let guest = try hypervisor.makeGuest()
        guest.control.isIn64BitCode = is64Bit
        let port = try guest.openInterprocessor()
        guest.setMask(port, true)
        _ = try guest.send(port)
        #expect(try poll(guest, [1, port]) == 0)
        #expect(guest.vcpu.activity == .runnable)
    }

    @Test("a poll waits for its ports, and an event on one ends it")
    func pollWaits() throws {
        let guest = try hypervisor.makeGuest(vcpuCount: 2)
        let port = try guest.openInterprocessor()
        guest.setMask(port, true)
        #expect(try poll(guest, [port]) == 0)
        #expect(guest.vcpu.activity == .polling)
        guest.domain.raiseEvent(port)
        #expect(guest.vcpu.activity == .runnable)
        #expect(guest.vcpu.timers.poll == .max)
    }

    @Test("a poll ends when its time has come; a time that has passed ends it at once")
    func pollTimeout() throws {
        let guest = try hypervisor.makeGuest()
        #expect(try poll(guest, [3], timeout: 1) == 0)
        #expect(guest.vcpu.activity == .runnable)
        let time = guest.monitor.clock.now + 3_600_000_000_000
        #expect(try poll(guest, [3], timeout: time) == 0)
        #expect(guest.vcpu.activity == .polling)
        guest.cpu.expireTimers(at: time)
        #expect(guest.vcpu.activity == .runnable)
    }

    @Test("ports that cannot be, too many of them, and lists that cannot be read are refused")
    func pollRefusals() throws {
        let guest = try hypervisor.makeGuest()
        #expect(try poll(guest, [4096]) == -22)
        #expect(try poll(guest, [.max]) == -22)
        try guest.place(SchedulerOperation.Poll(ports: TestGuest.arrayPlace, portCount: 129, timeout: 1))
        #expect(call(guest, .poll) == -22)
        try guest.place(SchedulerOperation.Poll(ports: 0xF_FFFC, portCount: 2, timeout: 1))
        #expect(call(guest, .poll) == -14)
        #expect(guest.vcpu.activity == .runnable)
    }

    @Test("a watchdog that is not fed ends the domain")
    func watchdog() throws {
        let guest = try hypervisor.makeGuest()
        var arguments = SchedulerOperation.Watchdog(identifier: 0, timeout: 10)
        let number = try guest.call(.schedulerOperation, SchedulerOperation.watchdog.rawValue, &arguments)
        #expect(number == 1)
        guest.cpu.expireTimers(at: guest.monitor.clock.now + 9_000_000_000)
        #expect(guest.domain.end == nil)
        arguments = SchedulerOperation.Watchdog(identifier: 1, timeout: 100)
        #expect(try guest.call(.schedulerOperation, SchedulerOperation.watchdog.rawValue, &arguments) == 0)
        guest.cpu.expireTimers(at: guest.monitor.clock.now + 50_000_000_000)
        #expect(guest.domain.end == nil)
        guest.cpu.expireTimers(at: guest.monitor.clock.now + 101_000_000_000)
        #expect(reason(guest.domain) == .watchdog)
    }

    @Test("there are two watchdogs; they can be stopped, and numbers that are none are refused")
    func watchdogNumbers() throws {
        let guest = try hypervisor.makeGuest()
        func set(_ identifier: UInt32, _ timeout: UInt32) throws -> Int64 {
            let arguments = SchedulerOperation.Watchdog(identifier: identifier, timeout: timeout)
            return try guest.call(.schedulerOperation, SchedulerOperation.watchdog.rawValue, arguments)
        }
        #expect(try set(1, 5) == -22)
        #expect(try set(0, 5) == 1)
        #expect(try set(0, .max) == 2)
        #expect(try set(0, 5) == 0xFFFF_FFE4)  // ENOSPC in 32 bits
        #expect(try set(3, 5) == -22)
        #expect(try set(.max, 5) == -22)
        #expect(try set(1, 0) == 0)
        #expect(try set(1, 0) == -22)
        #expect(try set(0, 5) == 1)
    }

    @Test("a new watchdog without time ends the domain at once")
    func watchdogWithoutTime() throws {
        let guest = try hypervisor.makeGuest()
        let arguments = SchedulerOperation.Watchdog(identifier: 0, timeout: 0)
        #expect(try guest.call(.schedulerOperation, SchedulerOperation.watchdog.rawValue, arguments) == 1)
        guest.cpu.expireTimers(at: guest.monitor.clock.now + 1)
        #expect(reason(guest.domain) == .watchdog)
    }

    @Test("what only a control domain may do is refused, and the rest is not implemented")
    func notForThisGuest() throws {
        let guest = try hypervisor.makeGuest()
        let other = try hypervisor.makeGuest(2)
        for domain in [other.identifier, guest.identifier, .control] {
            let arguments = SchedulerOperation.RemoteShutdown(domain: domain, reason: 0)
            #expect(try guest.call(.schedulerOperation, SchedulerOperation.remoteShutdown.rawValue, arguments) == -1)
        }
        let itself = SchedulerOperation.RemoteShutdown(domain: .caller, reason: 0)
        #expect(try guest.call(.schedulerOperation, SchedulerOperation.remoteShutdown.rawValue, itself) == -3)
        #expect(other.domain.end == nil)
        #expect(call(guest, .pinOverride) == -1)
        #expect(guest.call(.schedulerOperation, 8) == -38)
    }

    @Test("of the assists only the run state's update flag can be switched")
    func vmAssist() throws {
        let guest = try hypervisor.makeGuest()
        #expect(guest.call(.vmAssist, 0, 5) == 0)
        #expect(guest.domain.marksRunstateUpdates)
        #expect(guest.call(.vmAssist, 1, 5) == 0)
        #expect(!guest.domain.marksRunstateUpdates)
        for kind in [0, 1, 2, 3, 4, 6, 32, 0xFFFF_FFFF] as [UInt64] { #expect(guest.call(.vmAssist, 0, kind) == -22) }
        #expect(guest.call(.vmAssist, 2, 5) == -38)
    }
}
