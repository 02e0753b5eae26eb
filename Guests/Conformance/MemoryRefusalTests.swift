// SPDX-License-Identifier: MIT
import GuestKit
import XenInterface

/// Operations of `memory_op` that a PVH domain may not use, or that do nothing for it.
func memoryRefusals(_ suite: inout Suite) {
    suite.test("memory_op: operations that are not interrupted do not go on, EINVAL; those of x86 do not exist, ENOSYS")
    {
        test in
        for operation in Few<9, MemoryOperation>([
            .maximumRAMPage, .currentReservation, .maximumReservation, .maximumGuestFrame, .removeFromPhysicalMap,
            .exchange, .claimPages, .getVirtualNUMAInformation, .reservedDeviceMemoryMap,
        ]) {
            test.expect(test.memory(operation, from: 1, .caller), fails: .invalidArgument)
        }
        for operation in Few<8, MemoryOperation>([
            .memoryMap, .sharingFreedPages, .sharingSharedPages, .setMemoryMap, .machineToPhysicalList,
            .machineToPhysicalCompatList, .setPopulateOnDemandTarget, .getPopulateOnDemandTarget,
        ]) {
            test.expect(test.memory(operation, from: 1, .caller), fails: .notImplemented)
        }
    }
    suite.test("memory_op: reservations that go on behind their end answer where they are") { test in
        test.withPage { test, list in
            for operation in Few<3, MemoryOperation>([.increaseReservation, .decreaseReservation, .populatePhysicalMap])
            {
                var call = MemoryOperation.Reservation(extentStart: list, extentCount: 1, domain: .caller)
                test.expect(test.hypercalls.memory(operation, &call, from: 5), is: 5)
            }
        }
    }
    suite.test("memory_op: no page is shared, and none has been freed by it") { test in
        for operation in Few<2, MemoryOperation>([.sharingFreedPages, .sharingSharedPages]) {
            test.expect(
                test.hypercalls.call(.memoryOperation, UInt64(operation.rawValue), Nowhere.linearAddress), is: 0)
        }
    }
    suite.test("memory_op: what there is not for an HVM domain") { test in
        test.withPage { test, page in
            for (operation) in Few<3, MemoryOperation>([.pagingOperation, .sharingOperation, .machineMemoryMap]) {
                let result = test.hypercalls.call(.memoryOperation, UInt64(operation.rawValue), page)
                test.expect(result, fails: .notImplemented)
            }
            let compat = UInt64(MemoryOperation.machineToPhysicalCompatList.rawValue)
            test.expect(test.hypercalls.call(.memoryOperation, compat, page), fails: .notSupported)
            let acquire = UInt64(MemoryOperation.acquireResource.rawValue)
            test.expect(test.hypercalls.call(.memoryOperation, acquire, page), fails: .permissionDenied)
        }
    }
    suite.test("memory_op machphys_mfn_list: not more extents than there is room for; none on Apus") { test in
        test.withPage { test, page in
            var call = MemoryOperation.MachineToPhysicalList()
            (call.maximumExtentCount, call.extentStart, call.extentCount) = (4, page, 9)
            test.expect(test.hypercalls.memory(.machineToPhysicalList, &call), is: 0)
            test.expect(call.extentCount <= 4)
        }
    }
    exchangeRefusals(&suite)
    privilegedMemory(&suite)
}

private func exchangeRefusals(_ suite: inout Suite) {
    suite.test("memory_op exchange: not for translated memory, EOPNOTSUPP") { test in
        test.expect(test.exchange { _ in }, fails: .notSupported)
    }
    suite.test("memory_op exchange: the lists have to agree, EINVAL") { test in
        test.expect(test.exchange { $0.output.extentCount = 2 }, fails: .invalidArgument)
        test.expect(test.exchange { $0.exchangedCount = 2 }, fails: .invalidArgument)
        test.expect(test.exchange { $0.output.domain = Nowhere.domain }, fails: .invalidArgument)
        test.expect(test.exchange { $0.input.extentOrder = 1 }, fails: .invalidArgument)
    }
    suite.test("memory_op exchange: large extents give EPERM, a list that is done 0") { test in
        test.expect(test.exchange { $0.input.extentOrder = 20 }, fails: .operationNotPermitted)
        test.expect(test.exchange { $0.exchangedCount = 1 }, is: 0)
    }
    suite.test("memory_op exchange: another domain gives EPERM, none ESRCH") { test in
        let results = test.exchange {
            $0.input.domain = Nowhere.domain
            $0.output.domain = Nowhere.domain
        }
        test.expect(results, fails: .noSuchProcess)
        let control = test.exchange {
            $0.input.domain = .control
            $0.output.domain = .control
        }
        test.expect(control, fails: .operationNotPermitted)
    }
}

private func privilegedMemory(_ suite: inout Suite) {
    suite.test("memory_op set_pod_target, get_pod_target: EPERM for oneself, EINVAL for the control domain, else ESRCH")
    {
        test in
        for operation in Few<2, MemoryOperation>([.setPopulateOnDemandTarget, .getPopulateOnDemandTarget]) {
            var call = MemoryOperation.PopulateOnDemandTarget()
            call.domain = .caller
            test.expect(test.hypercalls.memory(operation, &call), fails: .operationNotPermitted)
            call.domain = .control
            test.expect(test.hypercalls.memory(operation, &call), fails: .invalidArgument)
            call.domain = Nowhere.domain
            test.expect(test.hypercalls.memory(operation, &call), fails: .noSuchProcess)
        }
    }
    suite.test("memory_op access_op: acts on other domains, which an ordinary one may not") { test in
        test.withPage { test, page in
            let results: InlineArray<4, XenError> = [
                .noSuchProcess, .operationNotPermitted, .invalidArgument, .noSuchProcess,
            ]
            let domains: InlineArray<4, DomainIdentifier> = [.caller, test.guest.identifier, .control, Nowhere.domain]
            for index in 0..<4 {
                Memory.store16(domains[index].rawValue, at: page &+ 2)
                let number = UInt64(MemoryOperation.accessOperation.rawValue)
                test.expect(test.hypercalls.call(.memoryOperation, number, page), fails: results[index])
            }
        }
    }
    suite.test("memory_op claim_pages: for the control domain, EPERM; odd arguments and no domain give EINVAL") {
        test in
        var call = MemoryOperation.Reservation(extentStart: 0, extentCount: 1, domain: test.guest.identifier)
        test.expect(test.hypercalls.memory(.claimPages, &call), fails: .operationNotPermitted)
        call.domain = .caller
        test.expect(test.hypercalls.memory(.claimPages, &call), fails: .invalidArgument)
        call.domain = Nowhere.domain
        test.expect(test.hypercalls.memory(.claimPages, &call), fails: .invalidArgument)
        call.domain = test.guest.identifier
        call.extentOrder = 1
        test.expect(test.hypercalls.memory(.claimPages, &call), fails: .invalidArgument)
    }
    suite.test("memory_op get_vnumainfo: there is none, EOPNOTSUPP") { test in
        test.expect(test.memory(.getVirtualNUMAInformation, .caller), fails: .notSupported)
        test.expect(test.memory(.getVirtualNUMAInformation, .control), fails: .operationNotPermitted)
        test.expect(test.memory(.getVirtualNUMAInformation, Nowhere.domain), fails: .noSuchProcess)
    }
    suite.test("memory_op reserved_device_memory_map: empty; unknown flags give EINVAL") { test in
        var call = MemoryOperation.ReservedDeviceMemoryMap()
        call.entryCount = 5
        test.expect(test.hypercalls.memory(.reservedDeviceMemoryMap, &call), is: 0)
        test.expect(call.entryCount, equals: 0)
        call.flags = 2
        test.expect(test.hypercalls.memory(.reservedDeviceMemoryMap, &call), fails: .invalidArgument)
    }
}

extension Test {
    /// An operation that takes a domain, which goes on where an interrupted one was.
    fileprivate func memory(_ operation: MemoryOperation, from place: UInt64 = 0, _ domain: DomainIdentifier) -> Int64 {
        var arguments: InlineArray<8, UInt64> = InlineArray(repeating: 0)
        arguments[0] = UInt64(domain.rawValue)
        return hypercalls.memory(operation, &arguments, from: place)
    }

    /// An exchange of one frame for another, after a change of its arguments.
    fileprivate func exchange(_ change: (inout MemoryOperation.Exchange) -> Void) -> Int64 {
        var frame: UInt64 = 0x50
        let hypercalls = hypercalls
        return Memory.withAddress(of: &frame) { list in
            var call = MemoryOperation.Exchange()
            call.input = MemoryOperation.Reservation(extentStart: list, extentCount: 1, domain: .caller)
            call.output = call.input
            change(&call)
            return hypercalls.memory(.exchange, &call)
        }
    }
}
