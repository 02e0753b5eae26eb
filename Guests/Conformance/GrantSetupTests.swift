// SPDX-License-Identifier: MIT
import GuestKit
import XenInterface

/// `grant_table_op` setup_table, and the operations that there are not.
func grantSetup(_ suite: inout Suite) {
    suite.test("grant_table_op setup_table: more frames than there may be give a general error") { test in
        test.withPage { test, page in
            var call = GrantTableOperation.SetupTable(domain: .caller, frameCount: 1 << 20, frameList: page)
            let result = test.hypercalls.grantTable(.setupTable, &call)
            test.expect(result, is: 0)
            test.expect(Int64(call.status), is: Int64(GrantStatus.generalError.rawValue))
        }
    }
    suite.test("grant_table_op setup_table: tells where the frames are") { test in
        test.withGrantFrame { test, frame in
            test.withPage { test, list in
                var call = GrantTableOperation.SetupTable(domain: .caller, frameCount: 1, frameList: list)
                let result = test.hypercalls.grantTable(.setupTable, &call)
                test.expect(result, is: 0)
                test.expect(Int64(call.status), is: Int64(GrantStatus.okay.rawValue))
                test.expect(Memory.load64(list), equals: frame >> 12)
            }
        }
    }
    suite.test("grant_table_op setup_table: a list that is not mapped is told in the status") { test in
        var call = GrantTableOperation.SetupTable(domain: .caller, frameCount: 1, frameList: Nowhere.linearAddress)
        test.expect(test.hypercalls.grantTable(.setupTable, &call), is: 0)
        test.expect(GrantStatus(rawValue: call.status), is: .badVirtualAddress)
    }
    suite.test("grant_table_op: what is not for HVM domains gives ENOSYS") { test in
        for operation in Few<5, GrantTableOperation>([
            .dumpTable, .transfer, .unmapAndReplace, .getStatusFrames, .cacheFlush,
        ]) {
            let result = test.hypercalls.call(
                .grantTableOperation, UInt64(operation.rawValue), Nowhere.linearAddress, 1)
            test.expect(result, fails: .notImplemented)
        }
    }
}
