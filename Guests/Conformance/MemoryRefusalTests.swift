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
                let hypercalls = test.hypercalls
                let result = Memory.withAddress(of: &call) {
                    hypercalls.call(.memoryOperation, UInt64(operation.rawValue | 5 << 6), $0)
                }
                test.expect(result, is: 5)
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
    batchRefusals(&suite)
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

private func batchRefusals(_ suite: inout Suite) {
    suite.test("memory_op add_to_physmap: frames beyond 36 bits give ENOENT, all ones EINVAL") { test in
        // Xen takes a page from where it was before it fails: the grant table's is not missed.
        let space = PhysicalMapSpace.grantTable.rawValue
        var call = MemoryOperation.AddToPhysicalMap(domain: .caller, space: space, index: 0, guestFrame: 1 << 36)
        test.expect(test.hypercalls.memory(.addToPhysicalMap, &call), fails: .noSuchEntry)
        call.guestFrame = UInt64.max
        test.expect(test.hypercalls.memory(.addToPhysicalMap, &call), fails: .invalidArgument)
    }
    suite.test("memory_op add_to_physmap: a range moves page by page, up to the first that is not memory") { test in
        test.withPage { test, page in
            var call = MemoryOperation.AddToPhysicalMap(
                domain: .caller, space: PhysicalMapSpace.guestFrameRange.rawValue, index: page >> 12,
                guestFrame: Nowhere.physicalAddress >> 12)
            test.expect(test.hypercalls.memory(.addToPhysicalMap, &call), is: 0)
            Memory.store64(77, at: page)
            call.size = 1
            test.expect(test.hypercalls.memory(.addToPhysicalMap, &call), is: 0)
            test.expect(Memory.load64(Nowhere.physicalAddress), equals: 77)
            call.index = Nowhere.physicalAddress >> 12
            call.guestFrame = page >> 12
            call.size = 2
            test.expect(test.hypercalls.memory(.addToPhysicalMap, &call), fails: .invalidArgument)
            test.expect(Memory.load64(page), equals: 77)
        }
    }
    suite.test("memory_op add_to_physmap: device memory is not an ordinary domain's, EACCES") { test in
        var call = MemoryOperation.AddToPhysicalMap(
            domain: .caller, space: PhysicalMapSpace.deviceMemory.rawValue, index: 0, guestFrame: 0xF0000)
        test.expect(test.hypercalls.memory(.addToPhysicalMap, &call), fails: .permissionDenied)
    }
    suite.test("memory_op add_to_physmap_batch: moves page by page, each with its own error") { test in
        test.withPage { test, page in
            test.withPage { test, list in
                let hole = Nowhere.physicalAddress >> 12
                Memory.store64(0x77, at: page)
                for (index) in 0..<3 as Range<UInt64> {
                    // The second one has no memory to move.
                    Memory.store64(index == 0 ? page >> 12 : index == 1 ? hole &+ 1 : hole, at: list &+ index &* 8)
                    Memory.store64(index == 2 ? page >> 12 : hole, at: list &+ 64 &+ index &* 8)
                    Memory.store32(77, at: list &+ 128 &+ index &* 4)
                }
                var call = MemoryOperation.AddToPhysicalMapBatch()
                (call.domain, call.size) = (.caller, 3)
                call.space = UInt16(truncatingIfNeeded: PhysicalMapSpace.guestFrame.rawValue)
                (call.indices, call.guestFrames, call.errors) = (list, list &+ 64, list &+ 128)
                test.expect(test.hypercalls.memory(.addToPhysicalMapBatch, &call), is: 0)
                let errors: InlineArray<3, Int64> = [0, XenError.invalidArgument.result, 0]
                for index in 0..<3 {
                    let error = Int32(bitPattern: Memory.load32(list &+ 128 &+ UInt64(index) &* 4))
                    test.note(elementResult: error, of: .addToPhysicalMapBatch)
                    test.expect(Int64(error), is: errors[index])
                }
                test.expect(Memory.load64(page), equals: 0x77)
            }
        }
    }
    suite.test("memory_op add_to_physmap: a place to go on from behind the end gives EILSEQ, one of over 16 bits EDOM")
    { test in
        var call = MemoryOperation.AddToPhysicalMap(
            domain: .caller, space: PhysicalMapSpace.guestFrameRange.rawValue, index: 1, guestFrame: 1)
        call.size = 3
        test.expect(test.addToPhysicalMap(&call, from: 4), fails: .illegalByteSequence)
        test.expect(test.addToPhysicalMap(&call, from: 3), is: 0)
        test.expect(test.addToPhysicalMap(&call, from: 0x1_0000), fails: .outOfDomain)
        (call.space, call.index) = (PhysicalMapSpace.sharedInfo.rawValue, 0)
        call.guestFrame = test.guest.sharedInfo.address >> 12
        test.expect(test.addToPhysicalMap(&call, from: 4), is: 0)
        var batch = MemoryOperation.AddToPhysicalMapBatch()
        (batch.domain, batch.size) = (.caller, 3)
        test.expect(test.addToPhysicalMap(&batch, .addToPhysicalMapBatch, from: 4), fails: .illegalByteSequence)
        test.expect(test.addToPhysicalMap(&batch, .addToPhysicalMapBatch, from: 0x1_0000), fails: .outOfDomain)
    }
    suite.test("memory_op add_to_physmap: a range that wraps gives EOVERFLOW") { test in
        var call = MemoryOperation.AddToPhysicalMap(
            domain: .caller, space: PhysicalMapSpace.guestFrameRange.rawValue, index: .max &- 1, guestFrame: 1)
        call.size = 3
        test.expect(test.addToPhysicalMap(&call, from: 0), fails: .overflow)
        (call.index, call.guestFrame) = (1, .max &- 1)
        test.expect(test.addToPhysicalMap(&call, from: 0), fails: .overflow)
    }
    suite.test("memory_op add_to_physmap_batch: a hundred pages come to their end") { test in
        var call = MemoryOperation.AddToPhysicalMapBatch()
        var lists: InlineArray<100, UInt64> = InlineArray(repeating: 1)
        var errors: InlineArray<100, Int32> = InlineArray(repeating: 77)
        (call.domain, call.size) = (.caller, 100)
        let hypercalls = test.hypercalls
        Memory.withAddress(of: &lists) { (call.indices, call.guestFrames) = ($0, $0) }
        let result = Memory.withAddress(of: &errors) {
            call.errors = $0
            return hypercalls.memory(.addToPhysicalMapBatch, &call)
        }
        test.expect(result, is: 0)
        for index in 0..<100 { test.expect(Int64(errors[index]), fails: .invalidArgument) }
    }
    suite.test("memory_op add_to_physmap_batch: each space in its own way") { test in
        test.expect(test.batch(.guestFrameRange).result, fails: .notSupported)
        test.expect(test.batch(.deviceMemory).result, fails: .permissionDenied)
        let foreign = test.batch(.foreignFrame)
        test.expect(foreign.result, is: 0)
        test.expect(Int64(foreign.error), fails: .operationNotPermitted)
        let special = test.batch(.sharedInfo)
        test.expect(special.result, is: 0)
        test.expect(Int64(special.error), fails: .invalidArgument)
        test.expect(test.batch(.guestFrame, domain: .control).result, fails: .permissionDenied)
        test.expect(test.batch(.guestFrame, domain: Nowhere.domain).result, fails: .noSuchProcess)
    }
}

extension Test {
    fileprivate func note(elementResult error: Int32, of operation: MemoryOperation) {
        hypercalls.note(elementResult: Int64(error), of: .memoryOperation, operation.rawValue)
    }

    /// An operation that takes a domain, which goes on where an interrupted one was.
    fileprivate func memory(_ operation: MemoryOperation, from start: UInt32 = 0, _ domain: DomainIdentifier) -> Int64 {
        var arguments: InlineArray<8, UInt64> = InlineArray(repeating: 0)
        arguments[0] = UInt64(domain.rawValue)
        let hypercalls = hypercalls
        return Memory.withAddress(of: &arguments) {
            hypercalls.call(.memoryOperation, UInt64(operation.rawValue | start << 6), $0)
        }
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

    /// A batch of one page, whose index is no page of any space.
    fileprivate func batch(
        _ space: PhysicalMapSpace, domain: DomainIdentifier = .caller
    ) -> (result: Int64, error: Int32) {
        var (index, frame, error) = (Nowhere.physicalAddress >> 12, 0xF0001 as UInt64, 77 as Int32)
        var call = MemoryOperation.AddToPhysicalMapBatch()
        call.domain = domain
        call.space = UInt16(truncatingIfNeeded: space.rawValue)
        call.size = 1
        let hypercalls = hypercalls
        Memory.withAddress(of: &index) { call.indices = $0 }
        Memory.withAddress(of: &frame) { call.guestFrames = $0 }
        let result = Memory.withAddress(of: &error) {
            call.errors = $0
            return hypercalls.memory(.addToPhysicalMapBatch, &call)
        }
        if result == 0 { note(elementResult: error, of: .addToPhysicalMapBatch) }
        return (result, error)
    }
}

extension Test {
    /// A call that goes on from a place.
    fileprivate func addToPhysicalMap<Arguments: BitwiseCopyable>(
        _ arguments: inout Arguments, _ operation: MemoryOperation = .addToPhysicalMap, from place: UInt64
    ) -> Int64 {
        let hypercalls = hypercalls
        return Memory.withAddress(of: &arguments) {
            hypercalls.call(.memoryOperation, place << 6 | UInt64(operation.rawValue), $0)
        }
    }
}
