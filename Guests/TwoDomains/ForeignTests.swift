// SPDX-License-Identifier: MIT
import GuestKit
import XenInterface

/// What one ordinary domain may not do to another.
func foreignDomain(_ suite: inout Suite, _ peer: Peer) {
    suite.test("two domains, memory_op: the other guest's places are not this one's, EPERM") { test in
        var add = MemoryOperation.AddToPhysicalMap(
            domain: peer.domain, space: PhysicalMapSpace.guestFrame.rawValue, index: peer.frame(0),
            guestFrame: 0xF0000)
        test.expect(test.hypercalls.memory(.addToPhysicalMap, &add), fails: .operationNotPermitted)
        var remove = MemoryOperation.RemoveFromPhysicalMap(domain: peer.domain, guestFrame: peer.frame(0))
        test.expect(test.hypercalls.memory(.removeFromPhysicalMap, &remove), fails: .operationNotPermitted)
        var batch = MemoryOperation.AddToPhysicalMapBatch()
        batch.domain = peer.domain
        batch.space = UInt16(truncatingIfNeeded: PhysicalMapSpace.guestFrame.rawValue)
        test.expect(test.hypercalls.memory(.addToPhysicalMapBatch, &batch), fails: .operationNotPermitted)
    }
    suite.test("two domains, memory_op: the other guest's sizes are not this one's to know, EPERM") { test in
        for operation in Few<3, MemoryOperation>([.currentReservation, .maximumReservation, .maximumGuestFrame]) {
            var domain = peer.domain
            test.expect(test.hypercalls.memory(operation, &domain), fails: .operationNotPermitted)
        }
    }
    suite.test("two domains, memory_op: the other guest's memory is neither taken away nor added to, 0") { test in
        peer.store(0x99, at: peer.page(2))
        for operation in Few<3, MemoryOperation>([.increaseReservation, .decreaseReservation, .populatePhysicalMap]) {
            var frame = peer.frame(2)
            let hypercalls = test.hypercalls
            let result = Memory.withAddress(of: &frame) { list in
                var call = MemoryOperation.Reservation(extentStart: list, extentCount: 1, domain: peer.domain)
                return hypercalls.memory(operation, &call)
            }
            test.expect(result, is: 0)
        }
        test.expect(peer.load(peer.page(2)), equals: 0x99)
    }
    suite.test("two domains, hvm_op: the other guest's parameters give EPERM, its page tables EOPNOTSUPP") { test in
        var parameter = HVMOperation.Parameter(domain: peer.domain, index: HVMParameter.callbackInterrupt.rawValue)
        test.expect(test.hypercalls.hvm(.getParameter, &parameter), fails: .operationNotPermitted)
        test.expect(test.hypercalls.hvm(.setParameter, &parameter), fails: .operationNotPermitted)
        var table = HVMOperation.PageTableDying(domain: peer.domain, address: 0)
        test.expect(test.hypercalls.hvm(.pageTableDying, &table), fails: .notSupported)
        var kind = HVMOperation.GetMemoryKind(domain: peer.domain, guestFrame: 1)
        test.expect(test.hypercalls.hvm(.getMemoryKind, &kind), fails: .operationNotPermitted)
    }
    suite.test("two domains, grant_table_op: the other guest's table is not permitted, as the status tells") { test in
        var size = GrantTableOperation.QuerySize(domain: peer.domain)
        test.expect(test.hypercalls.grantTable(.querySize, &size), is: 0)
        test.expect(GrantStatus(rawValue: size.status), is: .permissionDenied)
        var setup = GrantTableOperation.SetupTable(domain: peer.domain, frameCount: 0, frameList: 0)
        test.expect(test.hypercalls.grantTable(.setupTable, &setup), is: 0)
        test.expect(GrantStatus(rawValue: setup.status), is: .permissionDenied)
        var version = GrantTableOperation.GetVersion(domain: peer.domain)
        test.expect(test.hypercalls.grantTable(.getVersion, &version), fails: .operationNotPermitted)
    }
    suite.test("two domains, remote_shutdown and dm_op: not on the other guest, EPERM") { test in
        var call = SchedulerOperation.RemoteShutdown(domain: peer.domain, reason: 0)
        test.expect(test.hypercalls.scheduler(.remoteShutdown, &call), fails: .operationNotPermitted)
        test.withPage { test, page in
            let result = test.hypercalls.call(.deviceModelOperation, UInt64(peer.domain.rawValue), 1, page)
            test.expect(result, fails: .operationNotPermitted)
        }
        test.expect(peer.load(peer.page(2)), equals: 0x99)
    }
}

/// The other guest ends. These are the last tests: nobody serves afterwards. A domain that has shut down is taken away at once by
/// Apus; Xen leaves that to its tools.
func death(_ suite: inout Suite, _ peer: Peer) {
    suite.test("two domains, death: a page of the other guest stays mapped, and can be unmapped") { test in
        peer.store(0xDEAD, at: peer.page(3))
        peer.grant(53, .permitAccess, frame: peer.frame(3), to: test.me)
        _ = test.bind(peer, peer.openPort(for: test.me))
        let (status, handle) = test.map(peer, 53)
        test.expect(status, is: .okay)
        peer.startCall(
            .schedulerOperation, SchedulerOperation.shutdown.rawValue,
            SchedulerOperation.Shutdown(reason: ShutdownReason.powerOff.rawValue))
        _ = test.isGone(peer)
        test.expect(Memory.load64(Place.first), equals: 0xDEAD)
        Memory.store64(0xBEEF, at: Place.first)
        test.expect(Memory.load64(Place.first), equals: 0xBEEF)
        test.expect(test.unmap(handle), is: .okay)
        test.expect(Memory.load64(Place.first), equals: UInt64.max)
    }
    suite.test("two domains, death: this end of a channel is unbound, and events go nowhere") { test in
        guard test.isGone(peer) else { return test.skip("the domain that has shut down is still there") }
        let port = EventChannelPort(rawValue: test.lastPort)
        test.expect(test.status(of: port).state, equals: EventChannelState.unbound.rawValue)
        test.expect(test.hypercalls.send(port), is: 0)
        test.expect(test.hypercalls.close(port), is: 0)
    }
    suite.test("two domains, death: nothing more can be had of the other guest") { test in
        guard test.isGone(peer) else { return test.skip("the domain that has shut down is still there") }
        test.expect(test.map(peer, 50).status, is: .badDomain)
        let result = test.bind(peer, EventChannelPort(rawValue: 3)).result
        test.expect(result, fails: .noSuchProcess)
    }
}

extension Test {
    /// The port that was opened last and is still open.
    fileprivate var lastPort: UInt32 {
        var last = 0 as UInt32
        for port in 1..<64 as Range<UInt32> {
            let state = status(of: EventChannelPort(rawValue: port)).state
            if state != EventChannelState.closed.rawValue { last = port }
        }
        return last
    }

    /// Waits for the other domain to be taken away, five seconds at most.
    fileprivate func isGone(_ peer: Peer) -> Bool {
        let end = guest.now &+ 5_000_000_000
        while guest.now < end {
            var domain = peer.domain
            if hypercalls.memory(.currentReservation, &domain) == XenError.noSuchProcess.result { return true }
            hypercalls.yield()
        }
        return false
    }
}
