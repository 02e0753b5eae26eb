// SPDX-License-Identifier: MIT
import GuestKit
import XenInterface

/// What a domain is told that has opened all the ports it may have: ENOSPC, whatever kind of port it asks for.
func eventChannelLimit(_ suite: inout Suite) {
    suite.test("event_channel_op bind_interdomain: no port is left, ENOSPC, and the other end stays unbound") { test in
        test.withoutFreePorts { test, port in
            var call = EventChannelOperation.BindInterdomain(remoteDomain: .caller, remotePort: port)
            test.expect(test.hypercalls.eventChannel(.bindInterdomain, &call), fails: .noSpace)
            test.expect(test.status(of: port).state, equals: EventChannelState.unbound.rawValue)
        }
    }
    suite.test("event_channel_op bind_virq: no port is left, ENOSPC") { test in
        test.withoutFreePorts { test, _ in
            var call = EventChannelOperation.BindVIRQ(virtualInterrupt: VirtualInterrupt.debug.rawValue, vcpu: 0)
            test.expect(test.hypercalls.eventChannel(.bindVIRQ, &call), fails: .noSpace)
        }
    }
    suite.test("event_channel_op bind_pirq: no port is left, ENOSPC, and the interrupt stays free") { test in
        test.withoutFreePorts { test, port in
            var call = EventChannelOperation.BindPIRQ(physicalInterrupt: 9, flags: 0)
            test.expect(test.hypercalls.eventChannel(.bindPIRQ, &call), fails: .noSpace)
            test.expect(test.hypercalls.close(port), is: 0)
            test.expect(test.hypercalls.eventChannel(.bindPIRQ, &call), is: 0)
            test.expect(call.port.rawValue, equals: port.rawValue)
        }
    }
    suite.test("event_channel_op bind_ipi: no port is left, ENOSPC") { test in
        test.withoutFreePorts { test, _ in
            var call = EventChannelOperation.BindIPI(vcpu: 0)
            test.expect(test.hypercalls.eventChannel(.bindIPI, &call), fails: .noSpace)
        }
    }
}

extension Test {
    /// Calls `body` while all ports are open; it gets the first one, which is unbound. They are closed afterwards.
    fileprivate mutating func withoutFreePorts(line: UInt = #line, _ body: (inout Test, EventChannelPort) -> Void) {
        let ports = allocateAllPorts()
        expect(ports.result, fails: .noSpace, line: line)
        body(&self, EventChannelPort(rawValue: ports.first))
        for port in ports.first..<ports.first &+ ports.count {
            expect(hypercalls.close(EventChannelPort(rawValue: port)), is: 0, line: line)
        }
    }
}
