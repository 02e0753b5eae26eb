// SPDX-License-Identifier: MIT
import TestReport
import XenReference

/// Test suites on the real Xen: all in one boot, unless Xen stops over one of them.
struct XenTestSession {
    /// In the order in which they run.
    var suites: [TestSuite]
    /// Seconds that a suite may take.
    var limit: Int
    /// Whether the console is shown on standard error.
    var isChatty: Bool

    /// Runs the suites and puts their reports together.
    func run(on installation: XenInstallation) async throws(CommandFailure) -> TestReport {
        var report = TestReport()
        var rest = suites[...]
        while !rest.isEmpty {
            let boot = XenTestBoot(suites: Array(rest), limit: limit, isChatty: isChatty)
            let outcome = try await boot.run(on: installation)
            report.suites += outcome.reports
            rest = rest.dropFirst(outcome.suitesDone)
        }
        return report
    }
}
