// SPDX-License-Identifier: MIT
import GuestKit
import XenInterface

/// `grant_table_op`: the table itself, its size and version.
func grantTable(_ suite: inout Suite) {
    suite.test("grant_table_op query_size: how many frames there are, and how many there may be") { test in
        var call = GrantTableOperation.QuerySize(domain: .caller)
        test.expect(test.hypercalls.grantTable(.querySize, &call), is: 0)
        test.expect(Int64(call.status), is: Int64(GrantStatus.okay.rawValue))
        test.expect(call.frameCount >= 1)
        test.expect(call.maximumFrameCount >= call.frameCount)
    }
    suite.test("grant_table_op query_size: a domain that does not exist is told in the status") { test in
        var call = GrantTableOperation.QuerySize(domain: Nowhere.domain)
        test.expect(test.hypercalls.grantTable(.querySize, &call), is: 0)
        test.expect(Int64(call.status), is: Int64(GrantStatus.badDomain.rawValue))
    }
    suite.test("grant_table_op query_size: takes one element, else EINVAL") { test in
        var call = GrantTableOperation.QuerySize(domain: .caller)
        let hypercalls = test.hypercalls
        let result = Memory.withAddress(of: &call) {
            hypercalls.call(.grantTableOperation, UInt64(GrantTableOperation.querySize.rawValue), $0, 2)
        }
        test.expect(result, fails: .invalidArgument)
    }
    suite.test("grant_table_op: elements that are not mapped give EFAULT") { test in
        for operation in Few<2, GrantTableOperation>([.querySize, .setVersion]) {
            let result = test.hypercalls.call(
                .grantTableOperation, UInt64(operation.rawValue), Nowhere.linearAddress, 1)
            test.expect(result, fails: .badAddress)
        }
    }
    suite.test("grant_table_op: an operation that does not exist gives ENOSYS") { test in
        let result = test.hypercalls.call(.grantTableOperation, Nowhere.operation, 0, 1)
        test.expect(result, fails: .notImplemented)
    }
    suite.test("grant_table_op: a negative count gives EINVAL") { test in
        let result = test.hypercalls.call(
            .grantTableOperation, UInt64(GrantTableOperation.querySize.rawValue), 0, UInt64(UInt32.max))
        test.expect(result, fails: .invalidArgument)
    }
    grantVersions(&suite)
    grantFrames(&suite)
}

private func grantVersions(_ suite: inout Suite) {
    suite.test("grant_table_op set_version: version 1") { test in
        var call = GrantTableOperation.SetVersion(version: 1)
        test.expect(test.hypercalls.grantTable(.setVersion, &call), is: 0)
        test.expect(call.version, equals: 1)
    }
    suite.test("grant_table_op set_version: versions other than 1 and 2 give EINVAL") { test in
        for version in Few<3, UInt32>([0, 3, UInt32.max]) {
            var call = GrantTableOperation.SetVersion(version: version)
            test.expect(test.hypercalls.grantTable(.setVersion, &call), fails: .invalidArgument)
        }
    }
    suite.test("grant_table_op get_version: 1") { test in
        var call = GrantTableOperation.GetVersion(domain: .caller)
        let result = test.hypercalls.grantTable(.getVersion, &call)
        if result == XenError.notImplemented.result { return test.skip("get_version is not there") }
        test.expect(result, is: 0)
        test.expect(call.version, equals: 1)
    }
}

private func grantFrames(_ suite: inout Suite) {
    suite.test("grant table: frame 0 can be mapped, in memory's place or elsewhere") { test in
        test.withGrantFrame { test, frame in
            Memory.store64(0x1_0000, at: frame &+ 4088)
            test.expect(test.hypercalls.addToPhysicalMap(.grantTable, index: 0, at: Nowhere.physicalAddress), is: 0)
            test.expect(Memory.load64(Nowhere.physicalAddress &+ 4088), equals: 0x1_0000)
            test.expect(test.expectValue(Probe.load32(frame)), equals: 0xFFFF_FFFF)
            test.expect(test.hypercalls.addToPhysicalMap(.grantTable, index: 0, at: frame), is: 0)
            Memory.store64(0, at: frame &+ 4088)
        }
    }
    suite.test("grant table: entries 0 and 1 grant the rings to the control domain") { test in
        guard let console = test.hypercalls.parameter(.consoleFrame), console != 0,
            let store = test.hypercalls.parameter(.xenstoreFrame), store != 0
        else { return test.skip("the domain has no console or no xenstore") }
        test.withGrantFrame { test, frame in
            let entries = Memory.load(frame, as: InlineArray<2, GrantEntry>.self)
            for index in 0..<2 {
                let kind = GrantFlags(rawValue: entries[index].flags).intersection(.kindMask)
                test.expect(kind == .permitAccess)
                test.expect(entries[index].domain == .control)
                test.expect(UInt64(entries[index].guestFrame), equals: index == 0 ? console : store)
            }
        }
    }
    suite.test("grant table: a frame beyond the greatest size gives EINVAL") { test in
        let index = UInt64(1 << 20)
        let result = test.hypercalls.addToPhysicalMap(.grantTable, index: index, at: Nowhere.physicalAddress)
        test.expect(result, fails: .invalidArgument)
    }
    suite.test("grant table: mapping a frame beyond its present size makes it grow") { test in
        var size = GrantTableOperation.QuerySize(domain: .caller)
        test.expect(test.hypercalls.grantTable(.querySize, &size), is: 0)
        guard size.frameCount < size.maximumFrameCount else { return test.skip("the table has its full size") }
        let index = UInt64(size.frameCount)
        test.expect(test.hypercalls.addToPhysicalMap(.grantTable, index: index, at: Nowhere.physicalAddress), is: 0)
        test.expect(Memory.isFilled(Nowhere.physicalAddress, count: 4096, with: 0))
        test.expect(test.hypercalls.grantTable(.querySize, &size), is: 0)
        test.expect(UInt64(size.frameCount), equals: index + 1)
        var removal = MemoryOperation.RemoveFromPhysicalMap(
            domain: .caller, guestFrame: Nowhere.physicalAddress >> 12)
        test.expect(test.hypercalls.memory(.removeFromPhysicalMap, &removal), is: 0)
    }
}

extension Test {
    /// Calls `body` with the address of grant frame 0, and takes it away afterwards.
    mutating func withGrantFrame(line: UInt = #line, _ body: (inout Test, _ frame: UInt64) -> Void) {
        withPage(line: line) { test, page in
            test.expect(test.hypercalls.addToPhysicalMap(.grantTable, index: 0, at: page), is: 0, line: line)
            body(&test, page)
            var removal = MemoryOperation.RemoveFromPhysicalMap(domain: .caller, guestFrame: page >> 12)
            test.expect(test.hypercalls.memory(.removeFromPhysicalMap, &removal), is: 0, line: line)
            test.expectPopulated(page, line: line)
        }
    }
}
