// SPDX-License-Identifier: MIT
import GuestKit
import Instructions
import XenInterface

/// `multicall`: a list of calls.
func multicall(_ suite: inout Suite) {
    suite.test("multicall: runs each call and stores each result") { test in
        var entries: InlineArray<2, MulticallEntry> = [
            .version(.pageSize), MulticallEntry(.unassigned),
        ]
        test.expect(test.multicall(&entries), is: 0)
        test.expect(Int64(bitPattern: entries[0].result), is: 4096)
        test.expect(Int64(bitPattern: entries[1].result), fails: .notImplemented)
    }
    suite.test("multicall: an empty list is done, wherever it lies") { test in
        test.expect(test.hypercalls.call(.multicall, Nowhere.linearAddress, 0), is: 0)
    }
    suite.test("multicall: a list that is not mapped gives EFAULT") { test in
        test.expect(test.hypercalls.call(.multicall, Nowhere.linearAddress, 1), fails: .badAddress)
    }
    suite.test("multicall: a list within a list is refused with EINVAL") { test in
        var entries: InlineArray<2, MulticallEntry> = [MulticallEntry(.multicall), .version(.pageSize)]
        test.expect(test.multicall(&entries), is: 0)
        test.expect(Int64(bitPattern: entries[0].result), fails: .invalidArgument)
        test.expect(Int64(bitPattern: entries[1].result), is: 4096)
    }
    suite.test("multicall: a number beyond 32 bits is no hypercall") { test in
        var entry = MulticallEntry.version(.pageSize)
        entry.operation |= 1 << 32
        var entries: InlineArray<1, MulticallEntry> = [entry]
        test.expect(test.multicall(&entries), is: 0)
        test.expect(Int64(bitPattern: entries[0].result), fails: .notImplemented)
    }
    suite.test("multicall: arguments stay as they were") { test in
        var entry = MulticallEntry.version(.pageSize)
        (entry.argument2, entry.argument3, entry.argument4, entry.argument5) = (3, 4, 5, 6)
        var entries: InlineArray<1, MulticallEntry> = [entry]
        test.expect(test.multicall(&entries), is: 0)
        entry = entries[0]
        test.expect(entry.argument0, equals: UInt64(XenVersionOperation.pageSize.rawValue))
        test.expect(entry.argument2 == 3 && entry.argument3 == 4 && entry.argument4 == 5 && entry.argument5 == 6)
    }
    multicallLists(&suite)
}

private func multicallLists(_ suite: inout Suite) {
    suite.test("multicall: a long list comes to its end, and the registers are as before") { test in
        test.withPage { test, page in
            for index in 0..<63 as Range<UInt64> {
                Memory.store(MulticallEntry.version(.pageSize), at: page &+ 32 &+ index &* 64)
            }
            var registers = GuestCallRegisters()
            registers.rax = UInt64(HypercallNumber.multicall.rawValue)
            (registers.rdi, registers.rsi, registers.rdx, registers.rbx) = (page &+ 32, 63, 0x33, 0x44)
            let after = test.hypercalls.call(with: registers)
            test.expect(after.rax, equals: 0)
            test.expect(after.rdx == 0x33 && after.rbx == 0x44)
            for index in 0..<63 as Range<UInt64> {
                test.expect(Memory.load64(page &+ 32 &+ index &* 64 &+ 8), equals: 4096)
            }
        }
    }
    suite.test("multicall: a call in the middle that yields is no end of the list") { test in
        var yield = MulticallEntry(.schedulerOperation)
        yield.argument0 = UInt64(SchedulerOperation.yield.rawValue)
        var entries: InlineArray<3, MulticallEntry> = [yield, yield, .version(.pageSize)]
        test.expect(test.multicall(&entries), is: 0)
        test.expect(Int64(bitPattern: entries[1].result), is: 0)
        test.expect(Int64(bitPattern: entries[2].result), is: 4096)
    }
    suite.test("multicall: a call that is interrupted itself goes on where it was") { test in
        var frames: InlineArray<150, UInt64> = InlineArray(repeating: 0)
        for index in 0..<150 { frames[index] = (test.guest.pages.allocate() ?? 0) >> 12 }
        let hypercalls = test.hypercalls
        var results: InlineArray<2, Int64> = [0, 0]
        var entries: InlineArray<2, MulticallEntry> = InlineArray(repeating: MulticallEntry(.memoryOperation))
        entries[0].argument0 = UInt64(MemoryOperation.decreaseReservation.rawValue)
        entries[1].argument0 = UInt64(MemoryOperation.populatePhysicalMap.rawValue)
        Memory.withAddress(of: &frames) { list in
            var call = MemoryOperation.Reservation(extentStart: list, extentCount: 150, domain: .caller)
            Memory.withAddress(of: &call) { arguments in
                entries[0].argument1 = arguments
                entries[1].argument1 = arguments
                let answer = Memory.withAddress(of: &entries) { hypercalls.call(.multicall, $0, 2) }
                results = [answer, 0]
            }
        }
        test.expect(results[0], is: 0)
        test.expect(Int64(bitPattern: entries[0].result), is: 150)
        test.expect(Int64(bitPattern: entries[1].result), is: 150)
        for index in 0..<150 { test.guest.pages.free(frames[index] << 12) }
    }
}

extension MulticallEntry {
    /// An entry without arguments.
    fileprivate init(_ number: HypercallNumber) {
        self.init()
        operation = UInt64(number.rawValue)
    }

    /// A call of `xen_version` without a buffer.
    fileprivate static func version(_ operation: XenVersionOperation) -> MulticallEntry {
        var entry = MulticallEntry(.xenVersion)
        entry.argument0 = UInt64(operation.rawValue)
        return entry
    }
}

extension Test {
    fileprivate func multicall<let count: Int>(_ entries: inout InlineArray<count, MulticallEntry>) -> Int64 {
        let hypercalls = hypercalls
        let result = Memory.withAddress(of: &entries) { hypercalls.call(.multicall, $0, UInt64(count)) }
        for index in 0..<count where result == 0 {
            hypercalls.note(elementResult: Int64(bitPattern: entries[index].result), of: .multicall)
        }
        return result
    }
}
