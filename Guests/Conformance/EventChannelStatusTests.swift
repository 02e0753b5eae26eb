// SPDX-License-Identifier: MIT
import GuestKit
import XenInterface

/// `event_channel_op` status.
func eventChannelStatus(_ suite: inout Suite) {
    suite.test("event_channel_op status: an unbound port, and for whom it was set aside") { test in
        test.withUnboundPort(remote: Nowhere.domain) { test, port in
            let status = test.status(of: port)
            test.expect(status.state, equals: EventChannelState.unbound.rawValue)
            test.expect(status.detail & 0xFFFF, equals: UInt32(Nowhere.domain.rawValue))
        }
    }
    suite.test("event_channel_op status: set aside for oneself is told as one's own number") { test in
        let identifier = test.guest.identifier
        test.withUnboundPort { test, port in
            test.expect(test.status(of: port).detail & 0xFFFF, equals: UInt32(identifier.rawValue))
        }
    }
    suite.test("event_channel_op status: a connected port, its other end's domain and port") { test in
        let identifier = test.guest.identifier
        test.withConnectedPorts { test, first, second in
            let status = test.status(of: first)
            test.expect(status.detail & 0xFFFF, equals: UInt32(identifier.rawValue))
            test.expect(status.remotePort.rawValue, equals: second.rawValue)
            test.expect(test.status(of: second).remotePort.rawValue, equals: first.rawValue)
        }
    }
    suite.test("event_channel_op status: a closed port is closed") { test in
        var closed = EventChannelPort()
        test.withUnboundPort { test, port in closed = port }
        test.expect(test.status(of: closed).state, equals: EventChannelState.closed.rawValue)
    }
    suite.test("event_channel_op status: port 0 is closed") { test in
        test.expect(test.status(of: EventChannelPort()).state, equals: EventChannelState.closed.rawValue)
    }
    suite.test("event_channel_op status: the ports of console and xenstore are connected to the control domain") {
        test in
        guard let console = test.guest.hypercalls.parameter(.consolePort), console != 0,
            let store = test.guest.hypercalls.parameter(.xenstorePort), store != 0
        else { return test.skip("the domain has no console or no xenstore") }
        for port in Few<2, UInt64>([console, store]) {
            let status = test.status(of: EventChannelPort(rawValue: UInt32(truncatingIfNeeded: port)))
            test.expect(status.state, equals: EventChannelState.interdomain.rawValue)
            test.expect(status.detail & 0xFFFF, equals: UInt32(DomainIdentifier.control.rawValue))
        }
    }
    eventChannelStatusErrors(&suite)
}

private func eventChannelStatusErrors(_ suite: inout Suite) {
    suite.test("event_channel_op status: a port out of range gives EINVAL") { test in
        var call = EventChannelOperation.Status(domain: .caller, port: Nowhere.port)
        test.expect(test.hypercalls.eventChannel(.status, &call), fails: .invalidArgument)
    }
    suite.test("event_channel_op status: a domain that does not exist gives ESRCH") { test in
        var call = EventChannelOperation.Status(domain: Nowhere.domain, port: EventChannelPort(rawValue: 1))
        test.expect(test.hypercalls.eventChannel(.status, &call), fails: .noSuchProcess)
    }
    suite.test("event_channel_op status: another domain gives EPERM") { test in
        guard !test.guest.isControlDomain else { return test.skip("the control domain may do that") }
        var call = EventChannelOperation.Status(domain: .control, port: EventChannelPort(rawValue: 1))
        test.expect(test.hypercalls.eventChannel(.status, &call), fails: .operationNotPermitted)
    }
}
