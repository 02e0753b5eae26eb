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
    /// Whether each guest takes the place of the control domain, in a boot of its own.
    var isPrivileged = false

    /// Runs the suites and puts their reports together.
    func run(on installation: XenInstallation) async throws(CommandFailure) -> TestReport {
        var report = TestReport()
        if isPrivileged {
            for suite in suites { report.suites += try await runPrivileged(suite, on: installation) }
            return report
        }
        var rest = suites[...]
        while !rest.isEmpty {
            let boot = XenTestBoot(suites: Array(rest), limit: limit, isChatty: isChatty)
            let outcome = try await boot.run(on: installation)
            report.suites += outcome.reports
            rest = rest.dropFirst(outcome.suitesDone)
        }
        return report
    }

    private func runPrivileged(
        _ suite: TestSuite, on installation: XenInstallation
    ) async throws(CommandFailure) -> [SuiteReport] {
        guard suite.members.count == 1, let guest = try suite.load().first else {
            throw .input("\(suite.name): there is one control domain only; leave out --as-dom0")
        }
        var recorder = XenSuiteRecorder(suite, guests: [guest.configuration.name], firstDomain: 0)
        let folder = try TemporaryFolder()
        Terminal.progress("on Xen \(installation.version), as its control domain: \(suite.name)")
        recorder.consume(.running([0]))
        let run = PrivilegedRun(try guest.xenDomain(), on: installation, limit: limit)
        let ending: XenRun.Ending
        do throws(XenReferenceError) {
            ending = try await run.run(in: folder.path) { line in
                recorder.consume(line)
                if isChatty, let text = line.text { Terminal.error(text) }
            }
        } catch {
            throw RealXen.failure(error)
        }
        if case .stopped(let reason) = ending { return recorder.finish(limit: limit, stopped: reason) }
        return recorder.finish(limit: limit, stopped: nil)
    }
}
