// SPDX-License-Identifier: MIT
import XenInterface

/// A list of tests that reports itself in KTAP, the kernel test anything protocol, version 1.
///
/// The list is a function that calls `test` for each. It is walked twice: once to count, as the report begins with the
/// plan, and once to run. Behind each test that passes stand the answers that the hypervisor gave it.
public struct Suite {
    /// The guest that the tests run in.
    public var guest: Guest
    private var isCounting = true
    private var number: UInt64 = 0
    private var failures: UInt64 = 0

    /// Runs all the tests of `list` and prints their report.
    public static func run(in guest: Guest, _ list: (inout Suite) -> Void) -> Suite {
        var suite = Suite(guest: guest)
        suite.guest.hypercalls.answers = suite.guest.pages.allocate().map(AnswerLog.init(in:))
        list(&suite)
        suite.guest.console.writeLine("KTAP version 1")
        suite.guest.console.write("1..")
        suite.guest.console.write(decimal: suite.number)
        suite.guest.console.endLine()
        suite.isCounting = false
        suite.number = 0
        list(&suite)
        suite.guest.console.write("# failed: ")
        suite.guest.console.write(decimal: suite.failures)
        suite.guest.console.endLine()
        return suite
    }

    private init(guest: Guest) { self.guest = guest }

    /// One test: a name that states a fact, and what shows it.
    public mutating func test(_ name: StaticString, _ body: (inout Test) -> Void) {
        number += 1
        guard !isCounting else { return }
        guest.hypercalls.answers?.clear()
        var test = Test(guest: guest)
        body(&test)
        guest = test.guest
        if test.failureCount > 0 { failures += 1 }
        guest.console.write(test.failureCount == 0 ? "ok " : "not ok ")
        guest.console.write(decimal: number)
        guest.console.write(byte: UInt8(ascii: " "))
        guest.console.write(name)
        if let reason = test.skipped {
            guest.console.write(" # SKIP ")
            guest.console.write(reason)
        }
        guest.console.endLine()
        test.writeFailures(to: &guest.console)
        if test.failureCount == 0 { guest.hypercalls.answers?.write(to: &guest.console) }
    }
}
