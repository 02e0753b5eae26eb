// SPDX-License-Identifier: MIT
import GuestKit
import XenInterface

/// `memory_op` set_memory_map: what memory_map tells from now on. Each test puts the map back.
func setMemoryMap(_ suite: inout Suite) {
    suite.test("memory_op set_memory_map: memory_map tells the new map") { test in
        test.withMapOfItsOwn { test, page, count in
            Memory.store(MemoryMapRange(start: 0x1000, size: 0x2000, kind: 1), at: page)
            Memory.store(MemoryMapRange(start: 0x8_0000_0000, size: 0x5000, kind: 2), at: page &+ 20)
            test.expect(test.setMemoryMap(page, 2), is: 0)
            Memory.fill(page, count: 100, with: 0)
            var call = MemoryOperation.MemoryMap(entryCount: 128, buffer: page)
            test.expect(test.hypercalls.memory(.memoryMap, &call), is: 0)
            test.expect(call.entryCount, equals: 2)
            test.expect(Memory.load(page, as: MemoryMapRange.self).size.value, equals: 0x2000)
            test.expect(Memory.load(page &+ 20, as: MemoryMapRange.self).start.value, equals: 0x8_0000_0000)
            test.expect(Memory.isFilled(page &+ 40, count: 60, with: 0))
        }
    }
    suite.test("memory_op set_memory_map: of a domain without a map memory_map gives ENOSYS") { test in
        test.withMapOfItsOwn { test, page, _ in
            test.expect(test.setMemoryMap(page, 0), is: 0)
            var call = MemoryOperation.MemoryMap(entryCount: 128, buffer: page)
            test.expect(test.hypercalls.memory(.memoryMap, &call), fails: .notImplemented)
        }
    }
    suite.test("memory_op set_memory_map: ranges without end give EINVAL, a list that is not mapped EFAULT") { test in
        test.withMapOfItsOwn { test, page, _ in
            test.expect(test.setMemoryMap(page, UInt32.max), fails: .invalidArgument)
            test.expect(test.setMemoryMap(Nowhere.linearAddress, 1), fails: .badAddress)
        }
    }
    suite.test("memory_op set_memory_map: the control domain gives EPERM, none ESRCH") { test in
        test.withMapOfItsOwn { test, page, count in
            test.expect(test.setMemoryMap(page, count, of: .control), fails: .operationNotPermitted)
            test.expect(test.setMemoryMap(page, count, of: Nowhere.domain), fails: .noSuchProcess)
        }
    }
}

extension MemoryMapRange {
    fileprivate init(start: UInt64, size: UInt64, kind: UInt32) {
        self.init()
        (self.start, self.size, self.kind) = (PackedUInt64(start), PackedUInt64(size), kind)
    }
}

extension Test {
    fileprivate func setMemoryMap(_ list: UInt64, _ count: UInt32, of domain: DomainIdentifier = .caller) -> Int64 {
        var call = MemoryOperation.SetMemoryMap()
        call.domain = domain
        call.map = MemoryOperation.MemoryMap(entryCount: count, buffer: list)
        return hypercalls.memory(.setMemoryMap, &call)
    }

    /// Calls `body` with a page, and the number of ranges that the map has, and puts the map back afterwards.
    fileprivate mutating func withMapOfItsOwn(
        line: UInt = #line, _ body: (inout Test, _ page: UInt64, _ count: UInt32) -> Void
    ) {
        withPage(line: line) { test, map in
            var call = MemoryOperation.MemoryMap(entryCount: 128, buffer: map)
            test.expect(test.hypercalls.memory(.memoryMap, &call), is: 0, line: line)
            test.withPage(line: line) { test, page in body(&test, page, call.entryCount) }
            test.expect(test.setMemoryMap(map, call.entryCount), is: 0, line: line)
        }
    }
}
