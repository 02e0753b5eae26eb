// SPDX-License-Identifier: MIT
import GuestKit
import XenInterface

/// `sched_op` watchdog: two of them, none of which runs out here.
func watchdogs(_ suite: inout Suite) {
    suite.test("sched_op watchdog: a new one gets number 1, the next 2, a third none, ENOSPC in 32 bits") { test in
        test.expect(test.watchdog(0, 1000), is: 1)
        test.expect(test.watchdog(0, 1000), is: 2)
        test.expect(test.watchdog(0, 1000), is: XenError.noSpace.result & 0xFFFF_FFFF)
        test.expect(test.watchdog(1, 0), is: 0)
        test.expect(test.watchdog(2, 0), is: 0)
    }
    suite.test("sched_op watchdog: one that was stopped is free again") { test in
        test.expect(test.watchdog(0, 1000), is: 1)
        test.expect(test.watchdog(0, 1000), is: 2)
        test.expect(test.watchdog(1, 0), is: 0)
        test.expect(test.watchdog(0, 1000), is: 1)
        test.expect(test.watchdog(1, 0), is: 0)
        test.expect(test.watchdog(2, 0), is: 0)
    }
    suite.test("sched_op watchdog: set again in time it does not bite") { test in
        // Where another domain ends meanwhile, an audit of the hypervisor takes most of a second in a slow emulator.
        test.expect(test.watchdog(0, 2), is: 1)
        for _ in 0..<3 {
            test.sleep(until: test.guest.now &+ 700_000_000)
            test.expect(test.watchdog(1, 2), is: 0)
        }
        test.expect(test.watchdog(1, 0), is: 0)
    }
    suite.test("sched_op watchdog: a number above 2 gives EINVAL") { test in
        test.expect(test.watchdog(3, 1000), fails: .invalidArgument)
        test.expect(test.watchdog(UInt32.max, 0), fails: .invalidArgument)
    }
    suite.test("sched_op watchdog: one that does not run can be neither set again nor stopped, EINVAL") { test in
        test.expect(test.watchdog(1, 1000), fails: .invalidArgument)
        test.expect(test.watchdog(2, 0), fails: .invalidArgument)
    }
}

extension Test {
    fileprivate func watchdog(_ identifier: UInt32, _ timeout: UInt32) -> Int64 {
        var call = SchedulerOperation.Watchdog()
        (call.identifier, call.timeout) = (identifier, timeout)
        return hypercalls.scheduler(.watchdog, &call)
    }
}
