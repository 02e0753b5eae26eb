// SPDX-License-Identifier: MIT
import GuestKit
import XenInterface

extension Test {
    /// The guest's own number.
    var me: DomainIdentifier { guest.identifier }

    /// Connects a new port to one of the other guest's. Answers the result and the port.
    func bind(_ peer: Peer, _ port: EventChannelPort) -> (result: Int64, port: EventChannelPort) {
        var call = EventChannelOperation.BindInterdomain(remoteDomain: peer.domain, remotePort: port)
        let result = hypercalls.eventChannel(.bindInterdomain, &call)
        return (result, call.localPort)
    }

    /// What a port of this guest is connected to.
    func status(of port: EventChannelPort) -> EventChannelOperation.Status {
        var call = EventChannelOperation.Status(domain: .caller, port: port)
        _ = hypercalls.eventChannel(.status, &call)
        return call
    }

    /// Calls `body` with two ports that are connected, this guest's and the other's, and closes them afterwards.
    mutating func withChannel(
        to peer: Peer, line: UInt = #line,
        _ body: (inout Test, _ port: EventChannelPort, _ far: EventChannelPort) -> Void
    ) {
        let far = peer.openPort(for: me)
        let (result, port) = bind(peer, far)
        expect(result, is: 0, line: line)
        guest.sharedInfo.clearPending(port)
        _ = peer.takesEvent(far)
        body(&self, port, far)
        hypercalls.close(port)
        guest.sharedInfo.clearPending(port)
        guest.vcpuInfo.clear()
        peer.close(far)
    }

    /// Maps an entry of the other guest's table. Answers the status and the handle.
    mutating func map(
        _ peer: Peer, _ reference: UInt32, at address: UInt64 = Place.first, _ flags: GrantMapFlags = .host,
        line: UInt = #line
    ) -> (status: GrantStatus?, handle: UInt32) {
        var call = GrantTableOperation.Map(
            hostAddress: address, flags: flags.rawValue, reference: GrantReference(rawValue: reference),
            domain: peer.domain)
        expect(hypercalls.grantTable(.map, &call), is: 0, line: line)
        return (GrantStatus(rawValue: call.status), call.handle)
    }

    /// Ends a mapping. Answers the status.
    mutating func unmap(_ handle: UInt32, at address: UInt64 = Place.first, line: UInt = #line) -> GrantStatus? {
        var call = GrantTableOperation.Unmap(hostAddress: address, handle: handle)
        expect(hypercalls.grantTable(.unmap, &call), is: 0, line: line)
        return GrantStatus(rawValue: call.status)
    }

    /// Makes one copy, and answers its status.
    mutating func copy(
        _ source: GrantTableOperation.CopyPointer, _ destination: GrantTableOperation.CopyPointer,
        _ flags: GrantCopyFlags, length: UInt16 = 8, line: UInt = #line
    ) -> GrantStatus? {
        var call = GrantTableOperation.Copy(
            source: source, destination: destination, length: length, flags: flags.rawValue)
        expect(hypercalls.grantTable(.copy, &call), is: 0, line: line)
        return GrantStatus(rawValue: call.status)
    }

    /// Expects a status.
    mutating func expect(_ got: GrantStatus?, is status: GrantStatus, line: UInt = #line) {
        expect(Int64(got?.rawValue ?? 1), is: Int64(status.rawValue), line: line)
    }

    /// Calls `body` while entry 50 of the other guest grants its first spare page, which begins with a known word.
    mutating func withForeignGrant(
        _ peer: Peer, _ flags: GrantFlags = .permitAccess, _ body: (inout Test) -> Void
    ) {
        peer.store(0x0123_4567_89AB_CDEF, at: peer.page(0))
        peer.store(0, at: peer.page(0) &+ 8)
        peer.grant(50, flags, frame: peer.frame(0), to: me)
        body(&self)
        peer.revoke(50)
    }

    /// Calls `body` while entry 50 is mapped at the first place.
    mutating func withForeignMapping(
        _ peer: Peer, _ mapFlags: GrantMapFlags = .host, line: UInt = #line,
        _ body: (inout Test, _ handle: UInt32) -> Void
    ) {
        withForeignGrant(peer) { test in
            let (status, handle) = test.map(peer, 50, mapFlags, line: line)
            test.expect(status, is: .okay, line: line)
            body(&test, handle)
            test.expect(test.unmap(handle, line: line), is: .okay, line: line)
        }
    }
}

extension Test {
    /// Maps an entry at the first place.
    mutating func map(
        _ peer: Peer, _ reference: UInt32, _ flags: GrantMapFlags, line: UInt = #line
    ) -> (status: GrantStatus?, handle: UInt32) {
        map(peer, reference, at: Place.first, flags, line: line)
    }
}
