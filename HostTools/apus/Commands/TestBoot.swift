// SPDX-License-Identifier: MIT
import Emulator
import TestReport

/// One boot of a test session: a suite on a processor.
struct TestBoot: Sendable {
    var suite: TestSuite
    var setup: MachineSetup
    var model: ProcessorModel
    /// Seconds until it is ended.
    var timeout: Int

    /// What is known after a boot.
    struct Outcome: Sendable {
        var reports: [SuiteReport]
        var verdict: RunVerdict
    }

    /// Boots the suite and reads what its guests report.
    /// - Parameter onLine: is handed each line of the console.
    func run(_ onLine: (String) -> Void) async throws(CommandFailure) -> Outcome {
        let run = MachineRun(setup: setup, model: model, timeout: timeout)
        var reports = DomainReports(suite.awaited(names))
        let result = try await run.run { _, line in
            onLine(line)
            reports.consume(ConsoleLine(line))
        }
        let (judged, verdict) = suite.judge(reports.finish(result), result)
        if verdict != .good, !result.processor.isEmpty {
            Terminal.error((["\(suite.name) on \(model.name):"] + result.processor).joined(separator: "\n"))
        }
        return Outcome(reports: judged, verdict: verdict)
    }

    private var names: [String] {
        guard case .guests(let plan, _) = setup.source else { return [] }
        return plan.domains.map(\.name)
    }
}
