// SPDX-License-Identifier: MIT
import GuestKit
import XenInterface

/// `sched_op`: giving up the CPU, and waiting.
func schedulerOperation(_ suite: inout Suite) {
    suite.test("sched_op yield: comes back with 0") { test in
        test.expect(test.hypercalls.yield(), is: 0)
    }
    suite.test("sched_op: an operation that does not exist gives ENOSYS") { test in
        test.expect(test.hypercalls.call(.schedulerOperation, Nowhere.operation), fails: .notImplemented)
    }
    suite.test("sched_op: arguments that are not mapped give EFAULT") { test in
        for operation in Few<3, SchedulerOperation>([.shutdown, .poll, .shutdownCode]) {
            let result = test.hypercalls.call(
                .schedulerOperation, UInt64(operation.rawValue), Nowhere.linearAddress)
            test.expect(result, fails: .badAddress)
        }
    }
    suite.test("sched_op shutdown_code: does not end the domain") { test in
        var call = SchedulerOperation.Shutdown(reason: ShutdownReason.powerOff.rawValue)
        test.expect(test.hypercalls.scheduler(.shutdownCode, &call), is: 0)
    }
    suite.test("sched_op remote_shutdown: not for ordinary domains") { test in
        guard !test.guest.isControlDomain else { return test.skip("the control domain may do that") }
        var call = SchedulerOperation.RemoteShutdown(domain: .control, reason: 0)
        test.expect(
            test.hypercalls.scheduler(.remoteShutdown, &call), fails: .operationNotPermitted, or: .notImplemented)
    }
    suite.test("sched_op pin_override: not for ordinary domains") { test in
        guard !test.guest.isControlDomain else { return test.skip("the control domain may do that") }
        var call = SchedulerOperation.PinOverride(physicalCPU: 0)
        test.expect(test.hypercalls.scheduler(.pinOverride, &call), fails: .operationNotPermitted, or: .notImplemented)
    }
    suite.test("sched_op block: comes back when the timer is due") { test in
        test.withTimer { test, vector in
            let count = Interrupts.count(vector)
            // Long enough that the interrupt does not come between here and the hypercall: it would wait for ever.
            let due = test.guest.now &+ 200_000_000
            test.expect(test.setSingleshotTimer(due), is: 0)
            test.expect(test.blockTakingInterrupts(), is: 0)
            test.expectReached(due)
            test.expect(Interrupts.count(vector) > count)
        }
    }
    poll(&suite)
    pollErrors(&suite)
    pollEndings(&suite)
}

private func poll(_ suite: inout Suite) {
    suite.test("sched_op poll: comes back at once when a port is pending, masked or not") { test in
        test.withIPI { test, port in
            test.hypercalls.send(port)
            test.expect(test.poll(port.rawValue, timeout: 0), is: 0)
            test.guest.sharedInfo.unmask(port)
            test.expect(test.poll(port.rawValue, timeout: 0), is: 0)
        }
    }
    suite.test("sched_op poll: a time that has passed comes back at once") { test in
        test.withIPI { test, port in test.expect(test.poll(port.rawValue, timeout: 1), is: 0) }
    }
    suite.test("sched_op poll: waits until its time") { test in
        test.withIPI { test, port in
            let due = test.guest.now &+ 2_000_000
            test.expect(test.poll(port.rawValue, timeout: due), is: 0)
            test.expectReached(due)
            test.expect(!test.guest.sharedInfo.isPending(port))
        }
    }
    suite.test("sched_op poll: the timer's port ends the wait, before the time given") { test in
        let port = test.bind(.timer)
        let due = test.guest.now &+ 2_000_000
        test.expect(test.setSingleshotTimer(due), is: 0)
        test.expect(test.poll(port.rawValue, timeout: due &+ 2_000_000_000), is: 0)
        test.expect(test.guest.sharedInfo.isPending(port))
        test.expect(test.guest.now < due &+ 1_000_000_000)
        test.release(port)
    }
    suite.test("sched_op poll: without ports it comes back in time, or before at any event") { test in
        var call = SchedulerOperation.Poll(ports: 0, portCount: 0, timeout: test.guest.now &+ 1_000_000)
        test.expect(test.hypercalls.scheduler(.poll, &call), is: 0)
    }
}

private func pollErrors(_ suite: inout Suite) {
    suite.test("sched_op poll: more than 128 ports give EINVAL") { test in
        test.withPage { test, page in
            var call = SchedulerOperation.Poll(ports: page, portCount: 129, timeout: 1)
            test.expect(test.hypercalls.scheduler(.poll, &call), fails: .invalidArgument)
            call.portCount = UInt32.max
            test.expect(test.hypercalls.scheduler(.poll, &call), fails: .invalidArgument)
        }
    }
    suite.test("sched_op poll: a port out of range gives EINVAL") { test in
        test.expect(test.poll(Nowhere.port.rawValue, timeout: 1), fails: .invalidArgument)
    }
    suite.test("sched_op poll: a list that is not mapped gives EFAULT") { test in
        var call = SchedulerOperation.Poll(ports: Nowhere.linearAddress, portCount: 1, timeout: 1)
        test.expect(test.hypercalls.scheduler(.poll, &call), fails: .badAddress)
    }
}
