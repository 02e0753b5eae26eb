// SPDX-License-Identifier: MIT
import GuestKit
import XenInterface

/// `grant_table_op`: counts and versions.
func grantArguments(_ suite: inout Suite) {
    suite.test("grant_table_op setup_table: takes one element, else EINVAL") { test in
        for count in Few<3, UInt64>([0, 2, 0x8000_0000]) {
            let operation = UInt64(GrantTableOperation.setupTable.rawValue)
            let result = test.hypercalls.call(.grantTableOperation, operation, Nowhere.linearAddress, count)
            test.expect(result, fails: .invalidArgument)
        }
    }
    suite.test("grant_table_op set_version: the count matters only by its sign") { test in
        let operation = UInt64(GrantTableOperation.setVersion.rawValue)
        var call = GrantTableOperation.SetVersion(version: 1)
        let hypercalls = test.hypercalls
        for count in Few<3, UInt64>([0, 1, 7]) {
            let result = Memory.withAddress(of: &call) { hypercalls.call(.grantTableOperation, operation, $0, count) }
            test.expect(result, is: 0)
        }
        let result = hypercalls.call(.grantTableOperation, operation, Nowhere.linearAddress, 0x8000_0000)
        test.expect(result, fails: .invalidArgument)
    }
    suite.test("grant_table_op get_version: a negative count gives EINVAL") { test in
        let operation = UInt64(GrantTableOperation.getVersion.rawValue)
        let result = test.hypercalls.call(.grantTableOperation, operation, Nowhere.linearAddress, 0xFFFF_FFFF)
        test.expect(result, fails: .invalidArgument)
    }
    suite.test("grant_table_op set_version: version 2 gives ENOSYS where it is switched off, as it always is on Apus") {
        test in
        var call = GrantTableOperation.SetVersion(version: 2)
        let result = test.hypercalls.grantTable(.setVersion, &call)
        if result == 0 { test.expect(call.version, equals: 2) } else { test.expect(result, fails: .notImplemented) }
        call.version = 1
        test.expect(test.hypercalls.grantTable(.setVersion, &call), is: 0)
    }
}
