// SPDX-License-Identifier: MIT
import GuestKit
import XenInterface

extension Test {
    /// Sets the one-shot timer of vCPU 0 to an absolute system time.
    func setSingleshotTimer(_ due: UInt64, flags: UInt32 = 0) -> Int64 {
        var call = VCPUOperation.SetSingleshotTimer(timeout: due, flags: flags)
        return hypercalls.vcpu(.setSingleshotTimer, 0, &call)
    }

    /// Waits for one port, until a system time in nanoseconds.
    func poll(_ port: UInt32, timeout: UInt64) -> Int64 {
        var port = port
        let hypercalls = hypercalls
        return Memory.withAddress(of: &port) { list in
            var call = SchedulerOperation.Poll(ports: list, portCount: 1, timeout: timeout)
            return hypercalls.scheduler(.poll, &call)
        }
    }

    /// Sleeps until a system time in nanoseconds: waits for a port on which nothing arrives.
    mutating func sleep(until time: UInt64, line: UInt = #line) {
        withIPI(line: line) { test, port in
            test.expect(test.poll(port.rawValue, timeout: time), is: 0, line: line)
        }
    }

    /// Expects that a system time has come. The hypervisor corrects the clock now and then, by microseconds: a time may
    /// seem to be missed by 100 of them.
    mutating func expectReached(_ time: UInt64, line: UInt = #line) {
        expect(guest.now &+ 100_000 >= time, line: line)
    }

    /// Calls `body` while the timer of vCPU 0 raises an interrupt on the vector that it gets.
    mutating func withTimer(line: UInt = #line, _ body: (inout Test, _ vector: UInt8) -> Void) {
        withCallback(line: line) { test, vector in
            let port = test.bind(.timer, line: line)
            test.guest.sharedInfo.unmask(port)
            body(&test, vector)
            test.release(port, line: line)
        }
    }

    /// Waits for an event with interrupts on, and turns them off again.
    func blockTakingInterrupts() -> Int64 {
        Processor.enableInterrupts()
        let result = hypercalls.call(.schedulerOperation, UInt64(SchedulerOperation.block.rawValue))
        Processor.disableInterrupts()
        return result
    }
}
