// SPDX-License-Identifier: MIT
import GuestKit
import XenInterface

/// Ports that several vCPUs open, close and use at the same time. (XSA-503, and what stands beside it)
func eventRaces(_ suite: inout Suite, _ racers: Racers) {
    suite.test("event races: ports that are bound, closed and sent to at the same time are all closed in the end") {
        test in
        test.withPage { test, page in
            racers.first.openAndClose(with: page)
            racers.second.sendToLowPorts(with: page &+ 512)
            test.race(racers, 300) { test in
                let port = test.openPort()
                let sent = test.hypercalls.send(port)
                test.expect(sent == 0 || sent == XenError.invalidArgument.result)
                _ = test.hypercalls.close(port)
            }
            test.closeLowPorts()
            test.expectAllPortsFree()
        }
    }
    suite.test("event races: ports that are bound to each other and closed from both ends have no end left over") {
        test in
        test.withPage { test, page in
            racers.first.closeLowPorts(with: page)
            test.race(racers, 300) { test in
                var call = EventChannelOperation.AllocateUnbound(domain: .caller, remoteDomain: .caller)
                test.expect(test.hypercalls.eventChannel(.allocateUnbound, &call), is: 0)
                var bind = EventChannelOperation.BindInterdomain(remoteDomain: .caller, remotePort: call.port)
                let result = test.hypercalls.eventChannel(.bindInterdomain, &bind)
                test.expect(result == 0 || result == XenError.invalidArgument.result)
                test.hypercalls.yield()
                if result == 0 { _ = test.hypercalls.close(bind.localPort) }
                _ = test.hypercalls.close(call.port)
            }
            test.closeLowPorts()
            test.expectAllPortsFree()
        }
    }
    suite.test("event races: a reset while others open ports is done, or says that it is not: EBUSY, EAGAIN") { test in
        test.withPage { test, page in
            racers.first.openAndClose(with: page)
            racers.second.reset(with: page &+ 512)
            test.race(racers, 300) { test in
                let result = test.reset()
                let isKnown =
                    result == 0 || result == XenError.busy.result || result == XenError.tryAgain.result
                test.expect(isKnown)
                _ = test.openPort()
            }
            test.expect(test.reset(), is: 0)
            let port = test.openPort()
            test.expect(port.rawValue, equals: 1)
            test.expect(test.hypercalls.send(port), is: 0)
            test.expect(test.guest.sharedInfo.isPending(port))
            test.guest.sharedInfo.clearPending(port)
            test.expect(test.hypercalls.close(port), is: 0)
        }
    }
    suite.test("event races: a virtual interrupt that two vCPUs bind at the same time is bound once") { test in
        test.withPage { test, page in
            racers.first.bindInterrupt(with: page)
            test.race(racers, 300) { test in
                var bind = EventChannelOperation.BindVIRQ(virtualInterrupt: VirtualInterrupt.debug.rawValue, vcpu: 0)
                let result = test.hypercalls.eventChannel(.bindVIRQ, &bind)
                test.expect(result == 0 || result == XenError.alreadyExists.result)
                if result == 0 { _ = test.hypercalls.close(bind.port) }
            }
            test.closeLowPorts()
            var bind = EventChannelOperation.BindVIRQ(virtualInterrupt: VirtualInterrupt.debug.rawValue, vcpu: 0)
            test.expect(test.hypercalls.eventChannel(.bindVIRQ, &bind), is: 0)
            test.expect(test.hypercalls.close(bind.port), is: 0)
        }
    }
}

extension Test {
    /// Closes all ports that the races may have left open, but those of the builder.
    fileprivate func closeLowPorts() {
        for number in 3..<63 as Range<UInt32> {
            let port = EventChannelPort(rawValue: number)
            _ = hypercalls.close(port)
            guest.sharedInfo.clearPending(port)
        }
    }
}

extension Racer {
    /// Opens a port and closes it: where the one call writes the number, the other reads it.
    fileprivate func openAndClose(with page: UInt64) {
        Memory.store(EventChannelOperation.BindIPI(vcpu: 1), at: page)
        make([
            Call(.eventChannelOperation, EventChannelOperation.bindIPI.rawValue, page),
            Call(.eventChannelOperation, EventChannelOperation.close.rawValue, page &+ 4),
        ])
    }

    /// Sends to the ports that are opened first.
    fileprivate func sendToLowPorts(with page: UInt64) {
        for number in 3..<6 as Range<UInt32> {
            Memory.store(
                EventChannelOperation.Send(port: EventChannelPort(rawValue: number)), at: page &+ UInt64(number) &* 8)
        }
        let send = EventChannelOperation.send.rawValue
        make([
            Call(.eventChannelOperation, send, page &+ 24), Call(.eventChannelOperation, send, page &+ 32),
            Call(.eventChannelOperation, send, page &+ 40),
        ])
    }

    /// Closes the ports that are opened first.
    fileprivate func closeLowPorts(with page: UInt64) {
        sendToLowPorts(with: page)
        let close = EventChannelOperation.close.rawValue
        make([
            Call(.eventChannelOperation, close, page &+ 24), Call(.eventChannelOperation, close, page &+ 32),
            Call(.eventChannelOperation, close, page &+ 40),
        ])
    }

    /// Resets all event channels, and goes on with a reset that another has begun.
    fileprivate func reset(with page: UInt64) {
        Memory.store(EventChannelOperation.Reset(domain: .caller), at: page)
        make([
            Call(.eventChannelOperation, EventChannelOperation.reset.rawValue, page),
            Call(.eventChannelOperation, EventChannelOperation.continueReset.rawValue, page),
        ])
    }

    /// Binds the first vCPU's debug interrupt, and closes the port.
    fileprivate func bindInterrupt(with page: UInt64) {
        Memory.store(
            EventChannelOperation.BindVIRQ(virtualInterrupt: VirtualInterrupt.debug.rawValue, vcpu: 0), at: page)
        make([
            Call(.eventChannelOperation, EventChannelOperation.bindVIRQ.rawValue, page),
            Call(.eventChannelOperation, EventChannelOperation.close.rawValue, page &+ 8),
        ])
    }
}
