// SPDX-License-Identifier: MIT
import GuestKit
import XenInterface

/// `memory_op` add_to_physmap and add_to_physmap_batch: moving pages, and what is refused.
func addingToPhysicalMap(_ suite: inout Suite) {
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
        test.expect(test.hypercalls.memory(.addToPhysicalMap, &call, from: 4), fails: .illegalByteSequence)
        test.expect(test.hypercalls.memory(.addToPhysicalMap, &call, from: 3), is: 0)
        test.expect(test.hypercalls.memory(.addToPhysicalMap, &call, from: 0x1_0000), fails: .outOfDomain)
        (call.space, call.index) = (PhysicalMapSpace.sharedInfo.rawValue, 0)
        call.guestFrame = test.guest.sharedInfo.address >> 12
        test.expect(test.hypercalls.memory(.addToPhysicalMap, &call, from: 4), is: 0)
        var batch = MemoryOperation.AddToPhysicalMapBatch()
        (batch.domain, batch.size) = (.caller, 3)
        test.expect(test.hypercalls.memory(.addToPhysicalMapBatch, &batch, from: 4), fails: .illegalByteSequence)
        test.expect(test.hypercalls.memory(.addToPhysicalMapBatch, &batch, from: 0x1_0000), fails: .outOfDomain)
    }
    suite.test("memory_op add_to_physmap: a range that wraps gives EOVERFLOW") { test in
        var call = MemoryOperation.AddToPhysicalMap(
            domain: .caller, space: PhysicalMapSpace.guestFrameRange.rawValue, index: .max &- 1, guestFrame: 1)
        call.size = 3
        test.expect(test.hypercalls.memory(.addToPhysicalMap, &call), fails: .overflow)
        (call.index, call.guestFrame) = (1, .max &- 1)
        test.expect(test.hypercalls.memory(.addToPhysicalMap, &call), fails: .overflow)
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
