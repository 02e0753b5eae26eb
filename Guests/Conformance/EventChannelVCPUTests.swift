// SPDX-License-Identifier: MIT
import GuestKit
import XenInterface

/// `event_channel_op` bind_ipi and bind_vcpu: which vCPU is told.
func eventChannelVCPUs(_ suite: inout Suite) {
    suite.test("event_channel_op bind_ipi: a port to one's own vCPU") { test in
        test.withIPI { test, port in
            let status = test.status(of: port)
            test.expect(status.state, equals: EventChannelState.interprocessor.rawValue)
            test.expect(status.vcpu, equals: 0)
        }
    }
    suite.test("event_channel_op bind_ipi: a vCPU may have several") { test in
        test.withIPI { test, first in
            test.withIPI { test, second in test.expect(first != second) }
        }
    }
    suite.test("event_channel_op bind_ipi: a vCPU that does not exist gives ENOENT") { test in
        var call = EventChannelOperation.BindIPI(vcpu: UInt32(Nowhere.vcpu))
        test.expect(test.hypercalls.eventChannel(.bindIPI, &call), fails: .noSuchEntry)
    }
    suite.test("event_channel_op bind_vcpu: unbound and connected ports can be bound to vCPU 0") { test in
        test.withUnboundPort { test, port in test.expect(test.bindVCPU(port, to: 0), is: 0) }
        test.withConnectedPorts { test, first, second in
            test.expect(test.bindVCPU(first, to: 0), is: 0)
            test.expect(test.bindVCPU(second, to: 0), is: 0)
        }
    }
    suite.test("event_channel_op bind_vcpu: the timer and an IPI stay where they are, EINVAL") { test in
        test.withIPI { test, port in test.expect(test.bindVCPU(port, to: 0), fails: .invalidArgument) }
        let port = test.bind(.timer)
        test.expect(test.bindVCPU(port, to: 0), fails: .invalidArgument)
        test.release(port)
    }
    suite.test("event_channel_op bind_vcpu: a port that is closed or out of range gives EINVAL") { test in
        test.expect(test.bindVCPU(EventChannelPort(rawValue: 500), to: 0), fails: .invalidArgument)
        test.expect(test.bindVCPU(Nowhere.port, to: 0), fails: .invalidArgument)
    }
    suite.test("event_channel_op bind_vcpu: a vCPU that does not exist gives ENOENT") { test in
        test.withUnboundPort { test, port in
            test.expect(test.bindVCPU(port, to: UInt32(Nowhere.vcpu)), fails: .noSuchEntry)
        }
    }
}

extension Test {
    fileprivate mutating func bindVCPU(_ port: EventChannelPort, to vcpu: UInt32) -> Int64 {
        var call = EventChannelOperation.BindVCPU(port: port, vcpu: vcpu)
        return hypercalls.eventChannel(.bindVCPU, &call)
    }

    /// Calls `body` with a port that interrupts vCPU 0, and closes it afterwards.
    mutating func withIPI(line: UInt = #line, _ body: (inout Test, EventChannelPort) -> Void) {
        var call = EventChannelOperation.BindIPI(vcpu: 0)
        expect(hypercalls.eventChannel(.bindIPI, &call), is: 0, line: line)
        body(&self, call.port)
        release(call.port, line: line)
    }
}
