// SPDX-License-Identifier: MIT
import GuestKit
import XenInterface

/// `event_channel_op`: making and closing ports.
func eventChannelAllocation(_ suite: inout Suite) {
    suite.test("event_channel_op: an operation that does not exist gives ENOSYS") { test in
        let result = test.hypercalls.call(.eventChannelOperation, Nowhere.operation, 0)
        test.expect(result, fails: .notImplemented)
    }
    suite.test("event_channel_op: arguments that are not mapped give EFAULT") { test in
        for operation in Few<10, UInt64>([0, 1, 3, 4, 5, 6, 7, 8, 9, 10]) {
            let result = test.hypercalls.call(.eventChannelOperation, operation, Nowhere.linearAddress)
            test.expect(result, fails: .badAddress)
        }
    }
    suite.test("event_channel_op alloc_unbound: ports differ, and none is 0") { test in
        test.withUnboundPort { test, first in
            test.withUnboundPort { test, second in
                test.expect(first.rawValue != 0)
                test.expect(second.rawValue != 0)
                test.expect(first != second)
            }
        }
    }
    suite.test("event_channel_op alloc_unbound: a port that was closed is handed out again") { test in
        var before = EventChannelPort()
        test.withUnboundPort { test, port in before = port }
        test.withUnboundPort { test, port in test.expect(port.rawValue, equals: before.rawValue) }
    }
    suite.test("event_channel_op alloc_unbound: for a domain that does not exist gives ESRCH") { test in
        var call = EventChannelOperation.AllocateUnbound(domain: Nowhere.domain, remoteDomain: .caller)
        test.expect(test.hypercalls.eventChannel(.allocateUnbound, &call), fails: .noSuchProcess)
    }
    suite.test("event_channel_op alloc_unbound: for another domain gives EPERM") { test in
        guard !test.guest.isControlDomain else { return test.skip("the control domain may do that") }
        var call = EventChannelOperation.AllocateUnbound(domain: .control, remoteDomain: .caller)
        test.expect(test.hypercalls.eventChannel(.allocateUnbound, &call), fails: .operationNotPermitted)
    }
    suite.test("event_channel_op alloc_unbound: a table that is full gives ENOSPC, and can be emptied") { test in
        let ports = test.allocateAllPorts()
        test.expect(ports.result, fails: .noSpace)
        test.expect(ports.count > 100)
        for port in ports.first..<(ports.first &+ ports.count) {
            test.expect(test.hypercalls.close(EventChannelPort(rawValue: port)), is: 0)
        }
        test.withUnboundPort { test, port in test.expect(port.rawValue != 0) }
    }
}

/// `event_channel_op` close.
func eventChannelClose(_ suite: inout Suite) {
    suite.test("event_channel_op close: port 0 gives EINVAL") { test in
        test.expect(test.hypercalls.close(EventChannelPort(rawValue: 0)), fails: .invalidArgument)
    }
    suite.test("event_channel_op close: a port out of range gives EINVAL") { test in
        test.expect(test.hypercalls.close(Nowhere.port), fails: .invalidArgument)
    }
    suite.test("event_channel_op close: a port is closed only once, then EINVAL") { test in
        test.withUnboundPort { test, port in
            test.expect(test.hypercalls.close(port), is: 0)
            test.expect(test.hypercalls.close(port), fails: .invalidArgument)
        }
    }
    suite.test("event_channel_op close: clears the port's pending bit") { test in
        var call = EventChannelOperation.BindIPI(vcpu: 0)
        test.expect(test.hypercalls.eventChannel(.bindIPI, &call), is: 0)
        test.hypercalls.send(call.port)
        test.expect(test.guest.sharedInfo.isPending(call.port))
        test.expect(test.hypercalls.close(call.port), is: 0)
        test.expect(!test.guest.sharedInfo.isPending(call.port))
    }
    suite.test("event_channel_op close: the other end becomes unbound") { test in
        test.withConnectedPorts { test, first, second in
            test.expect(test.hypercalls.close(second), is: 0)
            test.expect(test.status(of: first).state, equals: EventChannelState.unbound.rawValue)
        }
    }
    suite.test("event_channel_op close: makes no event on the other end") { test in
        test.withConnectedPorts { test, first, second in
            test.expect(test.hypercalls.close(second), is: 0)
            test.expect(!test.guest.sharedInfo.isPending(first))
        }
    }
}

/// `event_channel_op` reset, as far as the guest's own console lets it be tried.
func eventChannelReset(_ suite: inout Suite) {
    suite.test("event_channel_op reset: a domain that does not exist gives ESRCH") { test in
        var call = EventChannelOperation.Reset(domain: Nowhere.domain)
        test.expect(test.hypercalls.eventChannel(.reset, &call), fails: .noSuchProcess)
    }
    suite.test("event_channel_op reset: another domain gives EPERM") { test in
        guard !test.guest.isControlDomain else { return test.skip("the control domain may do that") }
        var call = EventChannelOperation.Reset(domain: .control)
        test.expect(test.hypercalls.eventChannel(.reset, &call), fails: .operationNotPermitted)
    }
}
