// SPDX-License-Identifier: MIT
import GuestKit
import XenInterface

/// `memory_op` memory_map, and the map in the start info.
func memoryMap(_ suite: inout Suite) {
    suite.test("memory_op memory_map: tells at least one range, and how many") { test in
        test.withMemoryMap { test, map, count in
            test.expect(count > 0 && count < 128)
            test.expect(Memory.isFilled(map &+ UInt64(count) &* 20, count: 64, with: 0xA5))
        }
    }
    suite.test("memory_op memory_map: the first range is memory from address 0") { test in
        test.withMemoryMap { test, map, _ in
            let first = Memory.load(map, as: MemoryMapRange.self)
            test.expect(first.start.value, equals: 0)
            test.expect(first.kind, equals: MemoryMapKind.ram.rawValue)
        }
    }
    suite.test("memory_op memory_map: no two ranges overlap") { test in
        test.withMemoryMap { test, map, count in
            for first in 0..<UInt64(count) {
                let one = Memory.load(map &+ first &* 20, as: MemoryMapRange.self)
                for second in 0..<first {
                    let other = Memory.load(map &+ second &* 20, as: MemoryMapRange.self)
                    let isBelow = one.start.value &+ one.size.value <= other.start.value
                    test.expect(isBelow || other.start.value &+ other.size.value <= one.start.value)
                }
            }
        }
    }
    suite.test(
        "memory_op memory_map: above the memory lie the ACPI tables, which may be reclaimed, and the rings' pages"
    ) { test in
        test.withMemoryMap { test, map, count in
            for index in 1..<UInt64(count) {
                let range = Memory.load(map &+ index &* 20, as: MemoryMapRange.self)
                let areTables = range.start.value &>> 16 == 0xFC00
                test.expect(areTables || range.start.value == 0xFEFF_8000 && range.size.value == 0x8000)
                let kind: MemoryMapKind = areTables ? .acpiReclaimable : .reserved
                test.expect(range.kind, equals: kind.rawValue)
            }
        }
    }
    suite.test("memory_op memory_map: the guest's image lies in memory") { test in
        test.withMemoryMap { test, map, _ in
            let first = Memory.load(map, as: MemoryMapRange.self)
            test.expect(first.size.value > test.guest.imageEnd)
        }
    }
    suite.test("memory_op memory_map: writes no more ranges than there is room for") { test in
        test.withPage { test, page in
            Memory.fill(page, count: 64, with: 0xA5)
            var call = MemoryOperation.MemoryMap(entryCount: 1, buffer: page)
            test.expect(test.hypercalls.memory(.memoryMap, &call), is: 0)
            test.expect(call.entryCount, equals: 1)
            test.expect(Memory.isFilled(page &+ 20, count: 44, with: 0xA5))
        }
    }
    suite.test("memory_op memory_map: a buffer that is not mapped gives EFAULT") { test in
        var call = MemoryOperation.MemoryMap(entryCount: 128, buffer: Nowhere.linearAddress)
        test.expect(test.hypercalls.memory(.memoryMap, &call), fails: .badAddress)
    }
    suite.test("memory_op: the machine's own maps are not for HVM domains, ENOSYS") { test in
        guard !test.guest.isControlDomain else { return test.skip("the control domain may do that") }
        for operation in Few<2, MemoryOperation>([.machineMemoryMap, .machineToPhysicalMapping]) {
            let result = test.hypercalls.call(.memoryOperation, UInt64(operation.rawValue), Nowhere.linearAddress)
            test.expect(result, fails: .notImplemented)
        }
    }
    startInfo(&suite)
}

/// What lies at the address in EBX when the guest starts.
private func startInfo(_ suite: inout Suite) {
    suite.test("start info: magic, version 1, and no privilege for an ordinary domain") { test in
        let info = test.guest.startInfo
        test.expect(info.magic, equals: StartInfo.magicNumber)
        test.expect(info.version, equals: 1)
        test.expect(info.reserved, equals: 0)
    }
    suite.test("start info: its memory map is the one that memory_op tells") { test in
        test.withMemoryMap { test, map, count in
            let info = test.guest.startInfo
            test.expect(info.memoryMapCount, equals: count)
            for index in 0..<UInt64(min(info.memoryMapCount, count)) {
                let told = Memory.load(map &+ index &* 20, as: MemoryMapRange.self)
                let left = Memory.load(info.memoryMap &+ index &* 24, as: StartInfoMemoryRange.self)
                test.expect(left.address, equals: told.start.value)
                test.expect(left.size, equals: told.size.value)
                test.expect(left.kind, equals: told.kind)
            }
        }
    }
    suite.test("start info: the ACPI root pointer has its signature and checksum") { test in
        let root = test.guest.startInfo.rootSystemDescription
        guard root != 0 else { return test.expect(false) }
        test.expect(Memory.load(root, as: UInt64.self), equals: 0x2052_5450_2044_5352)
        var sum = 0 as UInt8
        for offset in 0..<20 as Range<UInt64> { sum &+= Memory.load8(root &+ offset) }
        test.expect(sum, equals: 0)
    }
}

extension Test {
    /// Calls `body` with the memory map as the hypervisor tells it, and how many ranges it has. 0xA5 follows them.
    fileprivate mutating func withMemoryMap(
        line: UInt = #line, _ body: (inout Test, _ map: UInt64, _ count: UInt32) -> Void
    ) {
        withPage(line: line) { test, page in
            Memory.fill(page, count: Memory.pageSize, with: 0xA5)
            var call = MemoryOperation.MemoryMap(entryCount: 128, buffer: page)
            test.expect(test.hypercalls.memory(.memoryMap, &call), is: 0, line: line)
            body(&test, page, min(call.entryCount, 128))
        }
    }
}
