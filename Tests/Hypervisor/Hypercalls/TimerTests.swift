// SPDX-License-Identifier: MIT
import Architecture
import Testing
import XenInterface

@testable import Hypervisor

/// `set_timer_op` and the timers of `vcpu_op`: they share the one-shot timer, and announce themselves on the virtual timer
/// interrupt.
struct TimerTests {
    let hypervisor = TestHypervisor()

    /// A guest with the timer interrupt bound, and its port.
    private func makeGuest() throws -> (guest: TestGuest, port: UInt32) {
        let guest = try hypervisor.makeGuest()
        var arguments = EventChannelOperation.BindVIRQ(virtualInterrupt: VirtualInterrupt.timer.rawValue, vcpu: 0)
        _ = try guest.call(.eventChannelOperation, EventChannelOperation.bindVIRQ.rawValue, &arguments)
        return (guest, arguments.port.rawValue)
    }

    private func vcpuCall(_ guest: TestGuest, _ operation: VCPUOperation, _ vcpu: UInt64 = 0) -> Int64 {
        guest.call(.vcpuOperation, UInt64(operation.rawValue), vcpu, TestGuest.argumentPlace)
    }

    /// An hour from now, which no test waits for.
    private func later(_ guest: TestGuest) -> UInt64 { guest.monitor.clock.now + 3_600_000_000_000 }

    @Test("the timer fires when its time has come, once", arguments: [true, false])
    func setTimer(is64Bit: Bool) throws {
        let (guest, port) = try makeGuest()
        guest.control.isIn64BitCode = is64Bit
        let time = later(guest)
        let result =
            is64Bit
            ? guest.call(.setTimerOperation, time) : guest.call(.setTimerOperation, time & 0xFFFF_FFFF, time >> 32)
        #expect(result == 0)
        #expect(guest.vcpu.timers.singleshot == time)
        guest.cpu.expireTimers(at: time - 1)
        #expect(!guest.isPending(port))
        guest.cpu.expireTimers(at: time)
        #expect(guest.isPending(port))
        guest.acknowledge(port)
        guest.cpu.expireTimers(at: time + 1)
        #expect(!guest.isPending(port))
    }

    @Test("a time that has passed fires at once, and 0 stops the timer")
    func pastAndStop() throws {
        let (guest, port) = try makeGuest()
        #expect(guest.call(.setTimerOperation, 1) == 0)
        #expect(guest.isPending(port))
        guest.acknowledge(port)
        #expect(guest.call(.setTimerOperation, later(guest)) == 0)
        #expect(guest.call(.setTimerOperation, 0) == 0)
        guest.cpu.expireTimers(at: .max - 1)
        #expect(!guest.isPending(port))
    }

    @Test("a time that nobody can mean becomes 100 ms", arguments: [1 << 63, UInt64.max, 1 << 62])
    func absurd(time: UInt64) throws {
        let (guest, _) = try makeGuest()
        #expect(guest.call(.setTimerOperation, time) == 0)
        let wait = guest.vcpu.timers.singleshot - guest.monitor.clock.now
        #expect(wait <= 100_000_000)
    }

    @Test("the machine's timer is set to the earliest deadline")
    func machineTimer() throws {
        let (guest, _) = try makeGuest()
        guest.cpu.queue.sliceEnd = .max
        #expect(guest.call(.setTimerOperation, later(guest)) == 0)
        let far = try #require(hypervisor.platform.timer)
        #expect(far > 3_500_000_000_000 && far <= 3_600_000_000_000)
        #expect(guest.call(.setTimerOperation, guest.monitor.clock.now + 50_000_000_000) == 0)
        let near = try #require(hypervisor.platform.timer)
        #expect(near <= 50_000_000_000)
    }

    @Test("the one-shot timer of vcpu_op is one's own", arguments: [true, false])
    func singleshot(is64Bit: Bool) throws {
        let guest = try hypervisor.makeGuest(vcpuCount: 2)
        guest.control.isIn64BitCode = is64Bit
        let time = later(guest)
        try guest.place(VCPUOperation.SetSingleshotTimer(timeout: time))
        #expect(vcpuCall(guest, .setSingleshotTimer, 1) == -22)
        #expect(vcpuCall(guest, .setSingleshotTimer) == 0)
        #expect(guest.vcpu.timers.singleshot == time)
        #expect(vcpuCall(guest, .stopSingleshotTimer, 1) == -22)
        #expect(vcpuCall(guest, .stopSingleshotTimer) == 0)
        #expect(guest.vcpu.timers.singleshot == .max)
    }

    @Test("a time that has passed fires at once, with the flag for the future as well", arguments: [UInt32(0), 1])
    func pastSingleshot(flags: UInt32) throws {
        let (guest, port) = try makeGuest()
        try guest.place(VCPUOperation.SetSingleshotTimer(timeout: 1, flags: flags))
        #expect(vcpuCall(guest, .setSingleshotTimer) == 0)
        #expect(guest.isPending(port))
    }

    @Test("the periodic timer fires again and again until it is stopped")
    func periodic() throws {
        let (guest, port) = try makeGuest()
        try guest.place(VCPUOperation.SetPeriodicTimer(period: 1_000_000))
        #expect(vcpuCall(guest, .setPeriodicTimer) == 0)
        var time = guest.vcpu.timers.periodic
        for _ in 0..<5 {
            guest.cpu.expireTimers(at: time)
            #expect(guest.isPending(port))
            guest.acknowledge(port)
            #expect(guest.vcpu.timers.periodic == time + 1_000_000)
            time += 1_000_000
        }
        #expect(vcpuCall(guest, .stopPeriodicTimer) == 0)
        guest.cpu.expireTimers(at: .max - 1)
        #expect(!guest.isPending(port))
    }

    @Test(
        "a period of less than a millisecond, or of centuries, is refused",
        arguments: [0, 1, 999_999, 1 << 62, .max] as [UInt64])
    func absurdPeriod(period: UInt64) throws {
        let (guest, _) = try makeGuest()
        try guest.place(VCPUOperation.SetPeriodicTimer(period: period))
        #expect(vcpuCall(guest, .setPeriodicTimer) == -22)
    }

    @Test("a timer wakes the virtual CPU that waits for it")
    func wakes() throws {
        let (guest, _) = try makeGuest()
        let time = later(guest)
        _ = guest.call(.setTimerOperation, time)
        _ = guest.call(.schedulerOperation, UInt64(SchedulerOperation.block.rawValue))
        #expect(guest.vcpu.activity == .blocked)
        guest.cpu.expireTimers(at: time)
        #expect(guest.vcpu.activity == .runnable)
    }
}
