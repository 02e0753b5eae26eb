// SPDX-License-Identifier: MIT
import GuestKit
import XenInterface

/// `event_channel_op` bind_interdomain.
func eventChannelInterdomain(_ suite: inout Suite) {
    suite.test("event_channel_op bind_interdomain: a domain can connect two ports of its own") { test in
        test.withConnectedPorts { test, first, second in
            test.expect(first != second)
            test.expect(test.status(of: first).state, equals: EventChannelState.interdomain.rawValue)
            test.expect(test.status(of: second).state, equals: EventChannelState.interdomain.rawValue)
        }
    }
    suite.test("event_channel_op bind_interdomain: the new port is pending at once") { test in
        test.withUnboundPort { test, port in
            var call = EventChannelOperation.BindInterdomain(remoteDomain: .caller, remotePort: port)
            test.expect(test.hypercalls.eventChannel(.bindInterdomain, &call), is: 0)
            test.expect(test.guest.sharedInfo.isPending(call.localPort))
            test.expect(!test.guest.sharedInfo.isPending(port))
            test.release(call.localPort)
        }
    }
    suite.test("event_channel_op bind_interdomain: a port that is connected already gives EINVAL") { test in
        test.withConnectedPorts { test, first, _ in
            test.expectNoBinding(.caller, first, fails: .invalidArgument)
        }
    }
    suite.test("event_channel_op bind_interdomain: a port set aside for someone else gives EINVAL") { test in
        test.withUnboundPort(remote: Nowhere.domain) { test, port in
            test.expectNoBinding(.caller, port, fails: .invalidArgument)
        }
    }
    suite.test("event_channel_op bind_interdomain: a port that is closed or out of range gives EINVAL") { test in
        test.expectNoBinding(.caller, EventChannelPort(rawValue: 0), fails: .invalidArgument)
        test.expectNoBinding(.caller, EventChannelPort(rawValue: 500), fails: .invalidArgument)
        test.expectNoBinding(.caller, Nowhere.port, fails: .invalidArgument)
    }
    suite.test("event_channel_op bind_interdomain: a domain that does not exist gives ESRCH") { test in
        test.expectNoBinding(Nowhere.domain, EventChannelPort(rawValue: 1), fails: .noSuchProcess)
    }
    suite.test("event_channel_op bind_interdomain: one's own number does as well as DOMID_SELF") { test in
        let identifier = test.guest.identifier
        test.withUnboundPort(remote: identifier) { test, port in
            var call = EventChannelOperation.BindInterdomain(remoteDomain: identifier, remotePort: port)
            test.expect(test.hypercalls.eventChannel(.bindInterdomain, &call), is: 0)
            test.release(call.localPort)
        }
    }
}

/// `event_channel_op` bind_virq and bind_pirq.
func eventChannelVirtualInterrupts(_ suite: inout Suite) {
    suite.test("event_channel_op bind_virq: the timer of vCPU 0") { test in
        let port = test.bind(.timer)
        let status = test.status(of: port)
        test.expect(status.state, equals: EventChannelState.virtualInterrupt.rawValue)
        test.expect(status.detail, equals: VirtualInterrupt.timer.rawValue)
        test.release(port)
    }
    suite.test("event_channel_op bind_virq: a second port gives EEXIST") { test in
        let port = test.bind(.timer)
        test.expectNoVIRQ(VirtualInterrupt.timer.rawValue, vcpu: 0, fails: .alreadyExists)
        test.release(port)
    }
    suite.test("event_channel_op bind_virq: an interrupt is free again when its port is closed") { test in
        let first = test.bind(.debug)
        test.release(first)
        let second = test.bind(.debug)
        test.release(second)
    }
    suite.test("event_channel_op bind_virq: an interrupt that does not exist gives EINVAL") { test in
        test.expectNoVIRQ(24, vcpu: 0, fails: .invalidArgument)
        test.expectNoVIRQ(UInt32.max, vcpu: 0, fails: .invalidArgument)
    }
    suite.test("event_channel_op bind_virq: a vCPU that does not exist gives ENOENT") { test in
        test.expectNoVIRQ(VirtualInterrupt.timer.rawValue, vcpu: UInt32(Nowhere.vcpu), fails: .noSuchEntry)
        test.expectNoVIRQ(VirtualInterrupt.timer.rawValue, vcpu: UInt32.max, fails: .noSuchEntry)
    }
    suite.test("event_channel_op bind_virq: an interrupt of the domain belongs to vCPU 0, else EINVAL") { test in
        test.expectNoVIRQ(VirtualInterrupt.argo.rawValue, vcpu: 1, fails: .invalidArgument)
    }
    suite.test("event_channel_op bind_pirq: there are no physical interrupts to bind") { test in
        var call = EventChannelOperation.BindPIRQ(physicalInterrupt: UInt32.max, flags: 0)
        test.expect(test.hypercalls.eventChannel(.bindPIRQ, &call), fails: .invalidArgument, or: .notImplemented)
    }
}

extension Test {
    fileprivate mutating func expectNoBinding(
        _ domain: DomainIdentifier, _ port: EventChannelPort, fails error: XenError, line: UInt = #line
    ) {
        var call = EventChannelOperation.BindInterdomain(remoteDomain: domain, remotePort: port)
        expect(hypercalls.eventChannel(.bindInterdomain, &call), fails: error, line: line)
    }

    fileprivate mutating func expectNoVIRQ(
        _ interrupt: UInt32, vcpu: UInt32, fails error: XenError, line: UInt = #line
    ) {
        var call = EventChannelOperation.BindVIRQ(virtualInterrupt: interrupt, vcpu: vcpu)
        expect(hypercalls.eventChannel(.bindVIRQ, &call), fails: error, line: line)
    }
}
