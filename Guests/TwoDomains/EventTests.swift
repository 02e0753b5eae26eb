// SPDX-License-Identifier: MIT
import GuestKit
import XenInterface

/// Connecting two domains' ports.
func binding(_ suite: inout Suite, _ peer: Peer) {
    suite.test("two domains, bind_interdomain: both ends say whom they are connected to, and an event is pending") {
        test in
        let far = peer.openPort(for: test.me)
        let (result, port) = test.bind(peer, far)
        test.expect(result, is: 0)
        test.expect(test.guest.sharedInfo.isPending(port))
        let (near, other) = (test.status(of: port), peer.status(of: far))
        test.expect(near.state, equals: EventChannelState.interdomain.rawValue)
        test.expect(near.detail == UInt32(peer.domain.rawValue) && near.remotePort == far)
        test.expect(other.state, equals: EventChannelState.interdomain.rawValue)
        test.expect(other.detail == UInt32(test.me.rawValue) && other.remotePort == port)
        test.guest.sharedInfo.clearPending(port)
        test.expect(test.hypercalls.close(port), is: 0)
        test.expect(peer.close(far), is: 0)
    }
    suite.test("two domains, bind_interdomain: a port that is left open for another domain gives EINVAL") { test in
        let far = peer.openPort(for: peer.domain)
        test.expect(test.bind(peer, far).result, fails: .invalidArgument)
        test.expect(peer.status(of: far).state, equals: EventChannelState.unbound.rawValue)
        peer.close(far)
    }
    suite.test("two domains, bind_interdomain: a port that is connected already gives EINVAL") { test in
        test.withChannel(to: peer) { test, _, far in
            test.expect(test.bind(peer, far).result, fails: .invalidArgument)
        }
    }
    suite.test("two domains, bind_interdomain: ports that are closed or beyond the table give EINVAL") { test in
        let far = peer.openPort(for: test.me)
        peer.close(far)
        test.expect(test.bind(peer, far).result, fails: .invalidArgument)
        test.expect(test.bind(peer, EventChannelPort(rawValue: 0xFFFF_FFFF)).result, fails: .invalidArgument)
        test.expect(test.bind(peer, EventChannelPort(rawValue: 0)).result, fails: .invalidArgument)
    }
    suite.test("two domains, bind_interdomain: the other guest connects to a port of this one") { test in
        var open = EventChannelOperation.AllocateUnbound(domain: .caller, remoteDomain: peer.domain)
        test.expect(test.hypercalls.eventChannel(.allocateUnbound, &open), is: 0)
        var call = EventChannelOperation.BindInterdomain(remoteDomain: test.me, remotePort: open.port)
        test.expect(peer.eventChannel(.bindInterdomain, &call), is: 0)
        test.expect(test.status(of: open.port).remotePort == call.localPort)
        test.expect(peer.close(call.localPort), is: 0)
        test.expect(test.hypercalls.close(open.port), is: 0)
    }
}

/// Events from one domain to the other.
func sending(_ suite: inout Suite, _ peer: Peer) {
    suite.test("two domains, send: reaches the other end, and only that") { test in
        test.withChannel(to: peer) { test, port, far in
            test.expect(test.hypercalls.send(port), is: 0)
            test.expect(peer.takesEvent(far))
            test.expect(!test.guest.sharedInfo.isPending(port))
            test.expect(peer.send(far), is: 0)
            test.expect(test.guest.sharedInfo.isPending(port))
            test.expect(!peer.takesEvent(far))
        }
    }
    suite.test("two domains, send: many before the other looks are one event") { test in
        test.withChannel(to: peer) { test, port, far in
            for _ in 0..<100 { test.expect(test.hypercalls.send(port), is: 0) }
            test.expect(peer.takesEvent(far))
            test.expect(!peer.takesEvent(far))
        }
    }
    suite.test("two domains, send: a masked port takes the event without an upcall") { test in
        test.withChannel(to: peer) { test, port, far in
            test.guest.sharedInfo.mask(port)
            test.guest.vcpuInfo.clear()
            test.expect(peer.send(far), is: 0)
            test.expect(test.guest.sharedInfo.isPending(port))
            test.expect(!test.guest.vcpuInfo.isUpcallPending)
            var call = EventChannelOperation.Unmask(port: port)
            test.expect(test.hypercalls.eventChannel(.unmask, &call), is: 0)
            test.expect(test.guest.vcpuInfo.isUpcallPending)
        }
    }
    suite.test("two domains, poll: an event of the other guest ends the wait") { test in
        test.withChannel(to: peer) { test, port, far in
            let end = test.guest.now &+ 20_000_000_000
            peer.startCall(
                .eventChannelOperation, EventChannelOperation.send.rawValue, EventChannelOperation.Send(port: far))
            var list = port
            let hypercalls = test.hypercalls
            let result = Memory.withAddress(of: &list) { address in
                var call = SchedulerOperation.Poll(ports: address, portCount: 1, timeout: end)
                return hypercalls.scheduler(.poll, &call)
            }
            peer.finish()
            test.expect(result, is: 0)
            test.expect(test.guest.sharedInfo.isPending(port))
            test.expect(test.guest.now < end)
        }
    }
    suite.test("two domains, send: a thousand events there and back, none is lost") { test in
        test.withChannel(to: peer) { test, port, far in
            for _ in 0..<1000 {
                test.hypercalls.send(port)
                guard peer.takesEvent(far) else { return test.expect(false) }
                peer.send(far)
                guard test.guest.sharedInfo.isPending(port) else { return test.expect(false) }
                test.guest.sharedInfo.clearPending(port)
            }
        }
    }
}

/// One end goes.
func closing(_ suite: inout Suite, _ peer: Peer) {
    suite.test("two domains, close by the other guest: this end is unbound, and events go nowhere") { test in
        test.withChannel(to: peer) { test, port, far in
            test.expect(peer.close(far), is: 0)
            let status = test.status(of: port)
            test.expect(status.state, equals: EventChannelState.unbound.rawValue)
            test.expect(status.detail, equals: UInt32(peer.domain.rawValue))
            test.expect(test.hypercalls.send(port), is: 0)
            test.expect(!test.guest.sharedInfo.isPending(port))
        }
    }
    suite.test("two domains, close: the other end is unbound, without an event") { test in
        test.withChannel(to: peer) { test, port, far in
            test.expect(test.hypercalls.close(port), is: 0)
            test.expect(peer.status(of: far).state, equals: EventChannelState.unbound.rawValue)
            test.expect(!peer.takesEvent(far))
            test.expect(peer.send(far), is: 0)
        }
    }
    suite.test("two domains, close: an end that is unbound again can be connected again") { test in
        test.withChannel(to: peer) { test, port, far in
            test.expect(test.hypercalls.close(port), is: 0)
            let (result, again) = test.bind(peer, far)
            test.expect(result, is: 0)
            test.guest.sharedInfo.clearPending(again)
            test.expect(peer.send(far), is: 0)
            test.expect(test.guest.sharedInfo.isPending(again))
            test.guest.sharedInfo.clearPending(again)
            test.expect(test.hypercalls.close(again), is: 0)
        }
    }
    suite.test("two domains, status and reset: the other guest's ports are not this one's, EPERM") { test in
        test.withChannel(to: peer) { test, _, far in
            var status = EventChannelOperation.Status(domain: peer.domain, port: far)
            test.expect(test.hypercalls.eventChannel(.status, &status), fails: .operationNotPermitted)
            var reset = EventChannelOperation.Reset(domain: peer.domain)
            test.expect(test.hypercalls.eventChannel(.reset, &reset), fails: .operationNotPermitted)
            var open = EventChannelOperation.AllocateUnbound(domain: peer.domain, remoteDomain: .caller)
            test.expect(test.hypercalls.eventChannel(.allocateUnbound, &open), fails: .operationNotPermitted)
            test.expect(peer.status(of: far).state, equals: EventChannelState.interdomain.rawValue)
        }
    }
}
