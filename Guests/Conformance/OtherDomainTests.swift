// SPDX-License-Identifier: MIT
import GuestKit
import XenInterface

/// Operations on other domains: on the control domain, which is not the guest's to act on, and on none.
func otherDomains(_ suite: inout Suite) {
    otherDomainsMemory(&suite)
    otherDomainsGrants(&suite)
    suite.test("hvm_op get_mem_type: another domain gives EPERM, none ESRCH") { test in
        var call = HVMOperation.GetMemoryKind(domain: .control, guestFrame: 1)
        test.expect(test.hypercalls.hvm(.getMemoryKind, &call), fails: .operationNotPermitted, or: .invalidArgument)
        call.domain = Nowhere.domain
        test.expect(test.hypercalls.hvm(.getMemoryKind, &call), fails: .noSuchProcess)
    }
    suite.test("sched_op remote_shutdown: oneself by number gives EPERM, DOMID_SELF and no domain ESRCH") { test in
        var call = SchedulerOperation.RemoteShutdown(domain: test.guest.identifier, reason: 0)
        test.expect(test.hypercalls.scheduler(.remoteShutdown, &call), fails: .operationNotPermitted)
        call.domain = .caller
        test.expect(test.hypercalls.scheduler(.remoteShutdown, &call), fails: .noSuchProcess)
        call.domain = Nowhere.domain
        test.expect(test.hypercalls.scheduler(.remoteShutdown, &call), fails: .noSuchProcess)
    }
    suite.test("event_channel_op reset that goes on: another domain gives EPERM") { test in
        var call = EventChannelOperation.Reset(domain: .control)
        test.expect(test.hypercalls.eventChannel(.continueReset, &call), fails: .operationNotPermitted)
    }
}

private func otherDomainsMemory(_ suite: inout Suite) {
    suite.test("memory_op increase_reservation: nothing is done to the control domain, 0") { test in
        test.expect(test.reservationOfControlDomain(.increaseReservation), is: 0)
    }
    suite.test("memory_op decrease_reservation: nothing is done to the control domain, 0") { test in
        test.expect(test.reservationOfControlDomain(.decreaseReservation), is: 0)
    }
    suite.test("memory_op populate_physmap: nothing is done to the control domain, 0") { test in
        test.expect(test.reservationOfControlDomain(.populatePhysicalMap), is: 0)
    }
    suite.test("memory_op maximum_reservation: the control domain gives EPERM") { test in
        var domain = DomainIdentifier.control
        test.expect(test.hypercalls.memory(.maximumReservation, &domain), fails: .operationNotPermitted)
    }
    suite.test("memory_op maximum_gpfn: the control domain gives EPERM, none ESRCH") { test in
        var domain = DomainIdentifier.control
        test.expect(test.hypercalls.memory(.maximumGuestFrame, &domain), fails: .operationNotPermitted)
        domain = Nowhere.domain
        test.expect(test.hypercalls.memory(.maximumGuestFrame, &domain), fails: .noSuchProcess)
    }
    suite.test("memory_op remove_from_physmap: the control domain gives EACCES, none ESRCH") { test in
        var call = MemoryOperation.RemoveFromPhysicalMap(domain: .control, guestFrame: 0xF0000)
        test.expect(test.hypercalls.memory(.removeFromPhysicalMap, &call), fails: .permissionDenied)
        call.domain = Nowhere.domain
        test.expect(test.hypercalls.memory(.removeFromPhysicalMap, &call), fails: .noSuchProcess)
    }
}

private func otherDomainsGrants(_ suite: inout Suite) {
    suite.test("grant_table_op map: the control domain has granted nothing, a general error") { test in
        test.expect(test.map(8, at: GrantPlace.first, of: .control).status, is: .generalError)
        test.expect(test.map(1 << 24, at: GrantPlace.first, of: .control).status, is: .badReference)
    }
    suite.test("grant_table_op query_size: the control domain is not permitted, as the status tells") { test in
        var call = GrantTableOperation.QuerySize(domain: .control)
        test.expect(test.hypercalls.grantTable(.querySize, &call), is: 0)
        test.expect(GrantStatus(rawValue: call.status), is: .permissionDenied)
    }
    suite.test("grant_table_op setup_table: another domain is told in the status: bad, or not permitted") { test in
        var call = GrantTableOperation.SetupTable(domain: Nowhere.domain, frameCount: 0, frameList: 0)
        test.expect(test.hypercalls.grantTable(.setupTable, &call), is: 0)
        test.expect(GrantStatus(rawValue: call.status), is: .badDomain)
        call.domain = .control
        test.expect(test.hypercalls.grantTable(.setupTable, &call), is: 0)
        test.expect(GrantStatus(rawValue: call.status), is: .permissionDenied)
    }
    suite.test("grant_table_op get_version: the control domain gives EPERM, none ESRCH") { test in
        var call = GrantTableOperation.GetVersion(domain: .control)
        test.expect(test.hypercalls.grantTable(.getVersion, &call), fails: .operationNotPermitted)
        call.domain = Nowhere.domain
        test.expect(test.hypercalls.grantTable(.getVersion, &call), fails: .noSuchProcess)
    }
}

extension Test {
    /// An operation on one extent of the control domain's memory.
    fileprivate func reservationOfControlDomain(_ operation: MemoryOperation) -> Int64 {
        var frame = Nowhere.physicalAddress >> 12
        let hypercalls = hypercalls
        return Memory.withAddress(of: &frame) { list in
            var call = MemoryOperation.Reservation(extentStart: list, extentCount: 1, domain: .control)
            return hypercalls.memory(operation, &call)
        }
    }
}
