// SPDX-License-Identifier: MIT
import XenInterface

/// What tests need to begin with. Where it cannot be had the test fails.
extension Test {
    /// Calls `body` with a page of zeros, which is taken back afterwards.
    public mutating func withPage(line: UInt = #line, _ body: (inout Test, _ page: UInt64) -> Void) {
        guard let page = guest.pages.allocate() else {
            expect(false, line: line)
            return
        }
        body(&self, page)
        guest.pages.free(page)
    }

    /// Calls `body` with a new port that any domain may connect to, and closes it afterwards.
    public mutating func withUnboundPort(
        remote: DomainIdentifier = .caller, line: UInt = #line, _ body: (inout Test, EventChannelPort) -> Void
    ) {
        var call = EventChannelOperation.AllocateUnbound(domain: .caller, remoteDomain: remote)
        expect(hypercalls.eventChannel(.allocateUnbound, &call), is: 0, line: line)
        body(&self, call.port)
        hypercalls.close(call.port)
        guest.sharedInfo.clearPending(call.port)
        guest.sharedInfo.mask(call.port)
    }

    /// Calls `body` with two ports of the guest that are connected to each other, and closes them afterwards.
    public mutating func withConnectedPorts(
        line: UInt = #line, _ body: (inout Test, EventChannelPort, EventChannelPort) -> Void
    ) {
        withUnboundPort(line: line) { test, first in
            var call = EventChannelOperation.BindInterdomain(remoteDomain: .caller, remotePort: first)
            test.expect(test.hypercalls.eventChannel(.bindInterdomain, &call), is: 0, line: line)
            test.guest.sharedInfo.clearPending(call.localPort)
            test.guest.sharedInfo.clearPending(first)
            body(&test, first, call.localPort)
            test.hypercalls.close(call.localPort)
            test.guest.sharedInfo.clearPending(call.localPort)
            test.guest.sharedInfo.mask(call.localPort)
        }
        guest.vcpuInfo.clear()
    }
}
