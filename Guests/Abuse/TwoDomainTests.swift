// SPDX-License-Identifier: MIT
import GuestKit
import XenInterface

/// The classes that need another domain, which grants, sends and changes its mind.
func twoDomains(_ suite: inout Suite, _ racers: Racers, _ peer: Peer) {
    foreignReferenceCounts(&suite, peer)
    foreignBatches(&suite, peer)
    foreignRaces(&suite, racers, peer)
}

/// (XSA-224, XSA-236, XSA-394, XSA-500)
private func foreignReferenceCounts(_ suite: inout Suite, _ peer: Peer) {
    suite.test("reference counts, two domains: a grant is mapped 128 times and not more; all mappings end") { test in
        peer.grant(70, .permitAccess, frame: peer.frame(0), to: test.guest.identifier)
        var handles: InlineArray<130, UInt32> = InlineArray(repeating: .max)
        var count = 0
        while count < 130, case (let status, let handle) = test.map(peer, 70, at: Place.many(count)), status == .okay {
            handles[count] = handle
            count += 1
        }
        test.expect(count, equals: 128)
        test.expect(test.map(peer, 70, at: Place.many(129)).status, is: .generalError)
        // In an order that is not that of their beginning.
        for index in 0..<count {
            let which = index * 37 % 128
            test.expect(test.unmap(handles[which], at: Place.many(which)), is: .okay)
            test.expect(test.unmap(handles[which], at: Place.many(which)), is: .badHandle)
        }
        test.expect(peer.flags(of: 70) == .permitAccess)
        peer.revoke(70)
        test.expect(peer.reservation(.decreaseReservation, peer.frame(0)), is: 1)
        test.expect(peer.reservation(.populatePhysicalMap, peer.frame(0)), is: 1)
    }
    suite.test(
        "reference counts, two domains: a frame that its owner gives back counts as the owner's until it is unmapped"
    ) { test in
        let before = test.reservation(of: peer)
        peer.store(0x1234, at: peer.page(1))
        peer.grant(71, .permitAccess, frame: peer.frame(1), to: test.guest.identifier)
        let (status, handle) = test.map(peer, 71, at: Place.first)
        test.expect(status, is: .okay)
        test.expect(peer.reservation(.decreaseReservation, peer.frame(1)), is: 1)
        test.expect(test.reservation(of: peer), is: before)
        test.expect(Memory.load64(Place.first), equals: 0x1234)
        test.expect(test.unmap(handle, at: Place.first), is: .okay)
        test.expect(test.reservation(of: peer), is: before - 1)
        test.expect(peer.reservation(.populatePhysicalMap, peer.frame(1)), is: 1)
        test.expect(test.reservation(of: peer), is: before)
        peer.revoke(71)
    }
}

/// (XSA-159, XSA-222, XSA-316)
private func foreignBatches(_ suite: inout Suite, _ peer: Peer) {
    suite.test(
        "partial failure, two domains: mappings and their ends of which the middle one fails: the others are made"
    ) { test in
        peer.grant(72, .permitAccess, frame: peer.frame(2), to: test.guest.identifier)
        var maps: InlineArray<3, GrantTableOperation.Map> = InlineArray(repeating: GrantTableOperation.Map())
        for index in 0..<3 {
            maps[index] = GrantTableOperation.Map(
                hostAddress: Place.many(index), flags: GrantMapFlags.host.rawValue,
                reference: GrantReference(rawValue: index == 1 ? 0xFFFF_FFFF : 72), domain: peer.domain)
        }
        let hypercalls = test.hypercalls
        let mapped = Memory.withAddress(of: &maps) {
            hypercalls.call(.grantTableOperation, UInt64(GrantTableOperation.map.rawValue), $0, 3)
        }
        test.expect(mapped, is: 0)
        test.expect(GrantStatus(rawValue: maps[0].status), is: .okay)
        test.expect(GrantStatus(rawValue: maps[1].status), is: .badReference)
        test.expect(GrantStatus(rawValue: maps[2].status), is: .okay)
        var ends: InlineArray<3, GrantTableOperation.Unmap> = InlineArray(repeating: GrantTableOperation.Unmap())
        for index in 0..<3 {
            ends[index] = GrantTableOperation.Unmap(
                hostAddress: Place.many(index), handle: index == 1 ? 0xFFFF_FFFF : maps[index].handle)
        }
        let unmapped = Memory.withAddress(of: &ends) {
            hypercalls.call(.grantTableOperation, UInt64(GrantTableOperation.unmap.rawValue), $0, 3)
        }
        test.expect(unmapped, is: 0)
        test.expect(GrantStatus(rawValue: ends[0].status), is: .okay)
        test.expect(GrantStatus(rawValue: ends[1].status), is: .badHandle)
        test.expect(GrantStatus(rawValue: ends[2].status), is: .okay)
        test.expect(peer.flags(of: 72) == .permitAccess)
        peer.revoke(72)
    }
}

/// (XSA-224, XSA-503)
private func foreignRaces(_ suite: inout Suite, _ racers: Racers, _ peer: Peer) {
    suite.test("grant races, two domains: an entry that its owner changes all the time is mapped or refused") { test in
        let me = test.guest.identifier
        let entry = peer.entry(73)
        peer.start(
            .alternate,
            [
                entry, Test.grantEntry(.permitAccess, frame: peer.frame(3), to: me),
                Test.grantEntry([.permitAccess, .readOnly], frame: peer.frame(4), to: .control), 300, 0, 0,
            ])
        for _ in 0..<300 {
            let (status, handle) = test.map(peer, 73, at: Place.first)
            test.expect(status == .okay || status == .generalError)
            if status == .okay { test.expect(test.unmap(handle, at: Place.first), is: .okay) }
            test.hypercalls.yield()
        }
        peer.finish()
        peer.grant(73, .permitAccess, frame: peer.frame(3), to: me)
        let (status, handle) = test.map(peer, 73, at: Place.first)
        test.expect(status, is: .okay)
        test.expect(test.unmap(handle, at: Place.first), is: .okay)
        test.expect(peer.flags(of: 73) == .permitAccess)
        peer.revoke(73)
    }
    suite.test("grant races, two domains: vCPUs that map and unmap the same grant leave no use of it behind") { test in
        test.withPage { test, page in
            peer.grant(74, .permitAccess, frame: peer.frame(5), to: test.guest.identifier)
            racers.first.mapAndUnmap(peer, 74, at: Place.second, with: page)
            racers.second.mapAndUnmap(peer, 74, at: Place.second &+ 4096, with: page &+ 512)
            test.race(racers, 300) { test in
                let (status, handle) = test.map(peer, 74, at: Place.first)
                test.expect(status == .okay || status == .generalError)
                if status == .okay { _ = test.unmap(handle, at: Place.first) }
            }
            test.unmapAll()
            test.expect(peer.flags(of: 74) == .permitAccess)
            peer.revoke(74)
            test.expect(peer.reservation(.decreaseReservation, peer.frame(5)), is: 1)
            test.expect(peer.reservation(.populatePhysicalMap, peer.frame(5)), is: 1)
        }
    }
    suite.test("event races, two domains: a channel that is closed and bound again while the other end sends") { test in
        let far = peer.openPort(for: test.guest.identifier)
        for _ in 0..<200 {
            var bind = EventChannelOperation.BindInterdomain(remoteDomain: peer.domain, remotePort: far)
            test.expect(test.hypercalls.eventChannel(.bindInterdomain, &bind), is: 0)
            peer.startCall(
                .eventChannelOperation, EventChannelOperation.send.rawValue, EventChannelOperation.Send(port: far))
            test.expect(test.hypercalls.close(bind.localPort), is: 0)
            test.expect(Int64(bitPattern: peer.finish()), is: 0)
            test.expect(peer.status(of: far).state, equals: EventChannelState.unbound.rawValue)
            test.guest.sharedInfo.clearPending(bind.localPort)
        }
        test.expect(peer.close(far), is: 0)
    }
}

extension Place {
    /// One of many places for mappings.
    static func many(_ index: Int) -> UInt64 { 0xF100_0000 &+ UInt64(index) &* 4096 }
}

extension Test {
    /// Maps an entry of the other domain's table. Answers the status and the handle.
    fileprivate mutating func map(
        _ peer: Peer, _ reference: UInt32, at address: UInt64, line: UInt = #line
    ) -> (status: GrantStatus?, handle: UInt32) {
        var call = GrantTableOperation.Map(
            hostAddress: address, flags: GrantMapFlags.host.rawValue, reference: GrantReference(rawValue: reference),
            domain: peer.domain)
        expect(hypercalls.grantTable(.map, &call), is: 0, line: line)
        return (GrantStatus(rawValue: call.status), call.handle)
    }

    /// Ends a mapping. Answers the status.
    fileprivate mutating func unmap(_ handle: UInt32, at address: UInt64, line: UInt = #line) -> GrantStatus? {
        var call = GrantTableOperation.Unmap(hostAddress: address, handle: handle)
        expect(hypercalls.grantTable(.unmap, &call), is: 0, line: line)
        return GrantStatus(rawValue: call.status)
    }

    /// Ends all mappings at the places of the races, whatever their handles are. The first one is the mailbox's.
    fileprivate mutating func unmapAll() {
        for address in Few<3, UInt64>([Place.first, Place.second, Place.second &+ 4096]) {
            for handle in 1..<256 as Range<UInt32> { _ = unmap(handle, at: address) }
        }
    }

    /// How many frames the other domain has.
    fileprivate func reservation(of peer: Peer) -> Int64 {
        var domain = OwnDomain(domain: .caller)
        return peer.call(.memoryOperation, MemoryOperation.currentReservation.rawValue, &domain)
    }
}

/// What `current_reservation` takes.
private struct OwnDomain: BitwiseCopyable {
    var domain: DomainIdentifier
    var padding: (UInt16, UInt32) = (0, 0)
}

extension Peer {
    /// Has the other domain shut down. It does not answer.
    func shutDown() {
        startCall(
            .schedulerOperation, SchedulerOperation.shutdown.rawValue,
            SchedulerOperation.Shutdown(reason: ShutdownReason.powerOff.rawValue))
    }
}

extension Racer {
    /// Maps a grant at a place of its own, and ends the mapping. Where the place is taken, as an end has failed, it ends one by the
    /// last handle again.
    fileprivate func mapAndUnmap(_ peer: Peer, _ reference: UInt32, at address: UInt64, with page: UInt64) {
        Memory.store(
            GrantTableOperation.Map(
                hostAddress: address, flags: GrantMapFlags.host.rawValue,
                reference: GrantReference(rawValue: reference), domain: peer.domain),
            at: page)
        Memory.store(GrantTableOperation.Unmap(hostAddress: address, handle: 0), at: page &+ 128)
        make([
            Call(.grantTableOperation, GrantTableOperation.map.rawValue, page, count: 1),
            .copy(page &+ 20, to: page &+ 128 &+ 16),  // the handle
            Call(.grantTableOperation, GrantTableOperation.unmap.rawValue, page &+ 128, count: 1),
        ])
    }
}
