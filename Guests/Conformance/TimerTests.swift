// SPDX-License-Identifier: MIT
import GuestKit
import XenInterface

/// The one-shot timer: `set_timer_op`, and `vcpu_op` set_singleshot_timer.
func timer(_ suite: inout Suite) {
    suite.test("set_timer_op: raises VIRQ timer when it is due, not before") { test in
        let port = test.bind(.timer)
        let due = test.guest.now &+ 3_000_000
        test.expect(test.hypercalls.call(.setTimerOperation, due), is: 0)
        while !test.guest.sharedInfo.isPending(port), test.guest.now < due &+ 2_000_000_000 {
            test.hypercalls.yield()
        }
        test.expectReached(due)
        test.expect(test.guest.sharedInfo.isPending(port))
        test.release(port)
    }
    suite.test("set_timer_op: a time that has passed raises it at once") { test in
        let port = test.bind(.timer)
        test.expect(test.hypercalls.call(.setTimerOperation, 1), is: 0)
        test.expect(test.becomesPending(port, within: 1_000_000_000))
        test.release(port)
    }
    suite.test("set_timer_op: 0 cancels") { test in
        let port = test.bind(.timer)
        test.expect(test.hypercalls.call(.setTimerOperation, test.guest.now &+ 20_000_000), is: 0)
        test.expect(test.hypercalls.call(.setTimerOperation, 0), is: 0)
        test.expect(!test.becomesPending(port, within: 40_000_000))
        test.release(port)
    }
    singleshot(&suite)
    singleshotErrors(&suite)
    timerInterrupt(&suite)
}

private func singleshot(_ suite: inout Suite) {
    suite.test("vcpu_op set_singleshot_timer: raises VIRQ timer when it is due, not before") { test in
        let port = test.bind(.timer)
        let due = test.guest.now &+ 3_000_000
        test.expect(test.setSingleshotTimer(due), is: 0)
        test.expect(test.becomesPending(port, within: 2_000_000_000))
        test.expectReached(due)
        test.release(port)
    }
    suite.test("vcpu_op set_singleshot_timer: a time that has passed raises it at once") { test in
        let port = test.bind(.timer)
        test.expect(test.setSingleshotTimer(1), is: 0)
        test.expect(test.becomesPending(port, within: 1_000_000_000))
        test.release(port)
    }
    suite.test("vcpu_op set_singleshot_timer: replaces what was set before") { test in
        let port = test.bind(.timer)
        test.expect(test.setSingleshotTimer(test.guest.now &+ 20_000_000), is: 0)
        test.expect(test.setSingleshotTimer(test.guest.now &+ 10_000_000_000), is: 0)
        test.expect(!test.becomesPending(port, within: 40_000_000))
        test.expect(test.hypercalls.vcpu(.stopSingleshotTimer, 0), is: 0)
        test.release(port)
    }
    suite.test("vcpu_op stop_singleshot_timer: cancels") { test in
        let port = test.bind(.timer)
        test.expect(test.setSingleshotTimer(test.guest.now &+ 20_000_000), is: 0)
        test.expect(test.hypercalls.vcpu(.stopSingleshotTimer, 0), is: 0)
        test.expect(!test.becomesPending(port, within: 40_000_000))
        test.release(port)
    }
}

private func singleshotErrors(_ suite: inout Suite) {
    suite.test("vcpu_op set_singleshot_timer: the flag for future times only is not heeded") { test in
        let port = test.bind(.timer)
        let result = test.setSingleshotTimer(1, flags: VCPUOperation.SetSingleshotTimer.futureOnly)
        test.expect(result, is: 0)
        test.expect(test.becomesPending(port, within: 1_000_000_000))
        test.release(port)
    }
    suite.test("vcpu_op set_singleshot_timer: a vCPU that does not exist gives ENOENT") { test in
        var call = VCPUOperation.SetSingleshotTimer(timeout: 1)
        test.expect(test.hypercalls.vcpu(.setSingleshotTimer, Nowhere.vcpu, &call), fails: .noSuchEntry)
        test.expect(test.hypercalls.vcpu(.stopSingleshotTimer, Nowhere.vcpu), fails: .noSuchEntry)
    }
    suite.test("vcpu_op set_periodic_timer: less than a millisecond gives EINVAL") { test in
        var call = VCPUOperation.SetPeriodicTimer(period: 999_999)
        test.expect(test.hypercalls.vcpu(.setPeriodicTimer, 0, &call), fails: .invalidArgument)
        call.period = UInt64.max
        test.expect(test.hypercalls.vcpu(.setPeriodicTimer, 0, &call), fails: .invalidArgument)
    }
    suite.test("vcpu_op stop_periodic_timer: may be called at any time") { test in
        test.expect(test.hypercalls.vcpu(.stopPeriodicTimer, 0), is: 0)
        test.expect(test.hypercalls.vcpu(.stopPeriodicTimer, 0), is: 0)
    }
}

private func timerInterrupt(_ suite: inout Suite) {
    suite.test("timer: its interrupt ends HLT") { test in
        test.withTimer { test, vector in
            let count = Interrupts.count(vector)
            let due = test.guest.now &+ 2_000_000
            test.expect(test.setSingleshotTimer(due), is: 0)
            Interrupts.wait(for: vector, since: count)
            test.expect(Interrupts.count(vector) > count)
            test.expectReached(due)
        }
    }
    suite.test("timer: its interrupt arrives while the guest computes") { test in
        test.withTimer { test, vector in
            let count = Interrupts.count(vector)
            let due = test.guest.now &+ 2_000_000
            test.expect(test.setSingleshotTimer(due), is: 0)
            Processor.enableInterrupts()
            while Interrupts.count(vector) == count, test.guest.now < due &+ 2_000_000_000 {}
            Processor.disableInterrupts()
            test.expect(Interrupts.count(vector) > count)
        }
    }
    suite.test("timer: 20 in a row, each on its own time") { test in
        test.withTimer { test, vector in
            for _ in 0..<20 {
                let count = Interrupts.count(vector)
                let due = test.guest.now &+ 500_000
                test.expect(test.setSingleshotTimer(due), is: 0)
                Interrupts.wait(for: vector, since: count)
                test.expectReached(due)
                test.guest.clearTimer()
            }
        }
    }
}

extension Guest {
    /// Forgets the timer's event, so that the next one is new.
    fileprivate mutating func clearTimer() {
        for port in 1..<64 as Range<UInt32> { sharedInfo.clearPending(EventChannelPort(rawValue: port)) }
        vcpuInfo.clear()
    }
}

extension Test {
    /// Whether an event arrives on `port` within a number of nanoseconds. The port is not waited for longer.
    fileprivate func becomesPending(_ port: EventChannelPort, within time: UInt64) -> Bool {
        let end = guest.now &+ time
        while guest.now < end {
            if guest.sharedInfo.isPending(port) { return true }
            hypercalls.yield()
        }
        return guest.sharedInfo.isPending(port)
    }
}
