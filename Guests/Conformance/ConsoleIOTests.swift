// SPDX-License-Identifier: MIT
import GuestKit
import XenInterface

/// `console_io`. A release build of Xen refuses it to ordinary domains; Apus does not. Both answers are right here.
func consoleIO(_ suite: inout Suite) {
    suite.test("console_io write: taken, or refused with EPERM") { test in
        test.withPage { test, page in
            let result = test.write(count: 0, from: page)
            if result != 0 { test.expect(result, fails: .operationNotPermitted) }
        }
    }
    suite.test("console_io write: a buffer that is not mapped gives EFAULT, or EPERM") { test in
        let result = test.write(count: 8, from: Nowhere.linearAddress)
        test.expect(result, fails: .badAddress, or: .operationNotPermitted)
    }
    suite.test("console_io write: an enormous count comes back, with EFAULT or EPERM") { test in
        let result = test.write(count: 0x8000_0000, from: Nowhere.linearAddress &- 16)
        test.expect(result, fails: .badAddress, or: .operationNotPermitted)
    }
    suite.test("console_io read: nothing to read, or refused with EPERM") { test in
        test.withPage { test, page in
            let operation = UInt64(ConsoleOperation.read.rawValue)
            let result = test.hypercalls.call(.consoleIO, operation, 16, page)
            if result != 0 { test.expect(result, fails: .operationNotPermitted) }
        }
    }
    suite.test("console_io: an operation that does not exist gives ENOSYS, or EPERM") { test in
        let result = test.hypercalls.call(.consoleIO, Nowhere.operation, 0, 0)
        test.expect(result, fails: .notImplemented, or: .operationNotPermitted)
    }
}

extension Test {
    fileprivate func write(count: UInt64, from address: UInt64) -> Int64 {
        hypercalls.call(.consoleIO, UInt64(ConsoleOperation.write.rawValue), count, address)
    }
}
