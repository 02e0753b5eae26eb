// SPDX-License-Identifier: MIT
import GuestKit
import XenInterface

/// `event_channel_op` reset. These are the last tests of all: the guest's console and xenstore lose their ports, and no later
/// test could tell its own ports from them.
func eventChannelResets(_ suite: inout Suite) {
    suite.test("event_channel_op reset: closes every port, those of the builder too, and ends the queues") { test in
        var ports: InlineArray<3, UInt32> = InlineArray(repeating: 0)
        for index in 0..<3 {
            var call = EventChannelOperation.BindIPI(vcpu: 0)
            test.expect(test.hypercalls.eventChannel(.bindIPI, &call), is: 0)
            ports[index] = call.port.rawValue
        }
        var call = EventChannelOperation.Reset(domain: .caller)
        test.expect(test.hypercalls.eventChannel(.reset, &call), is: 0)
        for index in 0..<3 {
            let port = EventChannelPort(rawValue: ports[index])
            test.expect(test.status(of: port).state, equals: EventChannelState.closed.rawValue)
            test.expect(test.hypercalls.send(port), fails: .invalidArgument)
        }
        var array = EventChannelOperation.ExpandArray(arrayFrame: 5)
        test.expect(test.hypercalls.eventChannel(.expandArray, &array), fails: .notSupported)
    }
    suite.test("event_channel_op reset: virtual and physical interrupts can be bound again") { test in
        var interrupt = EventChannelOperation.BindVIRQ(virtualInterrupt: VirtualInterrupt.timer.rawValue, vcpu: 0)
        var physical = EventChannelOperation.BindPIRQ(physicalInterrupt: 9, flags: 0)
        for _ in 0..<2 {
            test.expect(test.hypercalls.eventChannel(.bindVIRQ, &interrupt), is: 0)
            test.expect(test.hypercalls.eventChannel(.bindPIRQ, &physical), is: 0)
            var call = EventChannelOperation.Reset(domain: test.guest.identifier)
            test.expect(test.hypercalls.eventChannel(.reset, &call), is: 0)
        }
    }
    suite.test("event_channel_op reset: a domain without ports has nothing to close, 0") { test in
        var call = EventChannelOperation.Reset(domain: .caller)
        test.expect(test.hypercalls.eventChannel(.reset, &call), is: 0)
        test.expect(test.hypercalls.eventChannel(.reset, &call), is: 0)
    }
    suite.test("event_channel_op reset: with all ports in use it comes to its end as well") { test in
        let ports = test.allocateAllPorts()
        test.expect(ports.result, fails: .noSpace)
        test.expect(ports.first, equals: 1)
        var call = EventChannelOperation.Reset(domain: .caller)
        test.expect(test.hypercalls.eventChannel(.reset, &call), is: 0)
        test.withUnboundPort { test, port in test.expect(port.rawValue, equals: 1) }
    }
    suite.test("event_channel_op reset that goes on: when none was begun EBUSY, and no port is closed") { test in
        test.withUnboundPort { test, port in
            var call = EventChannelOperation.Reset(domain: .caller)
            test.expect(test.hypercalls.eventChannel(.continueReset, &call), fails: .busy)
            test.expect(test.status(of: port).state, equals: EventChannelState.unbound.rawValue)
        }
    }
}
