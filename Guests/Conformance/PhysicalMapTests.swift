// SPDX-License-Identifier: MIT
import GuestKit
import XenInterface

/// `memory_op` add_to_physmap and remove_from_physmap: special pages, and what lies where they were.
func physicalMap(_ suite: inout Suite) {
    suite.test("memory_op add_to_physmap: the shared info page moves, and leaves nothing where it was") { test in
        test.withPage { test, page in
            let home = test.guest.sharedInfo.address
            test.expect(test.hypercalls.addToPhysicalMap(.sharedInfo, index: 0, at: page), is: 0)
            test.expect(VCPUInfo(at: page).time.tscToSystemMultiplier != 0)
            test.expect(test.expectValue(Probe.load32(home)), equals: 0xFFFF_FFFF)
            test.expect(test.hypercalls.addToPhysicalMap(.sharedInfo, index: 0, at: home), is: 0)
            test.expect(test.expectValue(Probe.load32(page)), equals: 0xFFFF_FFFF)
            test.expectPopulated(page)
        }
    }
    suite.test("memory_op add_to_physmap: the shared info page keeps its contents when it moves") { test in
        test.withPage { test, page in
            let home = test.guest.sharedInfo.address
            let note = UInt64(test.guest.sharedInfo.layout.maximumFrame)
            Memory.store64(0x1234_5678, at: home &+ note)
            test.expect(test.hypercalls.addToPhysicalMap(.sharedInfo, index: 0, at: page), is: 0)
            test.expect(Memory.load64(page &+ note), equals: 0x1234_5678)
            test.expect(test.hypercalls.addToPhysicalMap(.sharedInfo, index: 0, at: home), is: 0)
            test.expectPopulated(page)
        }
    }
    suite.test("memory_op add_to_physmap: a special page may lie where there is no memory") { test in
        let home = test.guest.sharedInfo.address
        let hole = Nowhere.physicalAddress
        test.expect(test.hypercalls.addToPhysicalMap(.sharedInfo, index: 0, at: hole), is: 0)
        test.expect(VCPUInfo(at: hole).time.tscToSystemMultiplier != 0)
        test.expect(test.hypercalls.addToPhysicalMap(.sharedInfo, index: 0, at: home), is: 0)
        test.expect(test.expectValue(Probe.load32(hole)), equals: 0xFFFF_FFFF)
    }
    suite.test("memory_op add_to_physmap: a domain may name itself by its number") { test in
        var call = MemoryOperation.AddToPhysicalMap(
            domain: test.guest.identifier, space: PhysicalMapSpace.sharedInfo.rawValue, index: 0,
            guestFrame: test.guest.sharedInfo.address >> 12)
        test.expect(test.hypercalls.memory(.addToPhysicalMap, &call), is: 0)
    }
    physicalMapErrors(&suite)
    physicalMapRemoval(&suite)
}

private func physicalMapErrors(_ suite: inout Suite) {
    suite.test("memory_op add_to_physmap: the only shared info page has index 0, else EINVAL") { test in
        test.withPage { test, page in
            let result = test.hypercalls.addToPhysicalMap(.sharedInfo, index: 1, at: page)
            test.expect(result, fails: .invalidArgument)
        }
    }
    suite.test("memory_op add_to_physmap: a space that does not exist gives EINVAL") { test in
        test.withPage { test, page in
            var call = MemoryOperation.AddToPhysicalMap(domain: .caller, space: 99, index: 0, guestFrame: page >> 12)
            test.expect(test.hypercalls.memory(.addToPhysicalMap, &call), fails: .invalidArgument)
        }
    }
    suite.test("memory_op add_to_physmap: foreign frames come only in batches, ENOSYS") { test in
        let result = test.hypercalls.addToPhysicalMap(.foreignFrame, index: 0, at: Nowhere.physicalAddress)
        test.expect(result, fails: .notImplemented)
    }
    suite.test("memory_op add_to_physmap: a domain that does not exist gives ESRCH") { test in
        var call = MemoryOperation.AddToPhysicalMap(domain: Nowhere.domain, space: 0, index: 0, guestFrame: 1)
        test.expect(test.hypercalls.memory(.addToPhysicalMap, &call), fails: .noSuchProcess)
    }
    suite.test("memory_op add_to_physmap: another domain's is refused") { test in
        guard !test.guest.isControlDomain else { return test.skip("the control domain may do that") }
        var call = MemoryOperation.AddToPhysicalMap(domain: .control, space: 0, index: 0, guestFrame: 1)
        let result = test.hypercalls.memory(.addToPhysicalMap, &call)
        test.expect(result, fails: .operationNotPermitted, or: .permissionDenied)
    }
    suite.test("memory_op: arguments that are not mapped give EFAULT") { test in
        for operation in Few<3, UInt64>([7, 9, 15]) {
            let result = test.hypercalls.call(.memoryOperation, operation, Nowhere.linearAddress)
            test.expect(result, fails: .badAddress)
        }
    }
    suite.test("memory_op: an operation that does not exist gives ENOSYS") { test in
        test.expect(test.hypercalls.call(.memoryOperation, Nowhere.operation), fails: .notImplemented)
        test.expect(test.hypercalls.call(.memoryOperation, 8), fails: .notImplemented)
    }
}

private func physicalMapRemoval(_ suite: inout Suite) {
    suite.test("memory_op remove_from_physmap: leaves nothing there") { test in
        let home = test.guest.sharedInfo.address
        test.expect(test.removeFromPhysicalMap(home), is: 0)
        test.expect(test.expectValue(Probe.load32(home)), equals: 0xFFFF_FFFF)
        test.expect(test.hypercalls.addToPhysicalMap(.sharedInfo, index: 0, at: home), is: 0)
        test.expect(test.guest.vcpuInfo.time.tscToSystemMultiplier != 0)
    }
    suite.test("memory_op remove_from_physmap: where there is nothing gives ENOENT") { test in
        test.expect(test.removeFromPhysicalMap(Nowhere.physicalAddress), fails: .noSuchEntry)
    }
    suite.test("memory_op remove_from_physmap: a domain that does not exist gives ESRCH") { test in
        var call = MemoryOperation.RemoveFromPhysicalMap(domain: Nowhere.domain, guestFrame: 1)
        test.expect(test.hypercalls.memory(.removeFromPhysicalMap, &call), fails: .noSuchProcess)
    }
}

extension Test {
    fileprivate mutating func removeFromPhysicalMap(_ address: UInt64) -> Int64 {
        var call = MemoryOperation.RemoveFromPhysicalMap(domain: .caller, guestFrame: address >> 12)
        return hypercalls.memory(.removeFromPhysicalMap, &call)
    }
}
