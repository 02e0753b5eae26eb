// SPDX-License-Identifier: MIT

/// The reports of the same suites on several processors: what a guest sees must not depend on the processor. A test that is skipped
/// on one, for a feature that this has not, is compared among the others: its own report tells the reason.
public struct ProcessorComparison: Sendable {
    /// A test that came out one way here and another there.
    public struct Difference: Sendable, Equatable {
        public var suite: String
        public var test: String
        /// `ok`, `FAILED`, `skipped` or `missing`, for each processor in order.
        public var verdicts: [String]
    }

    /// Differences that a table shows.
    static let maximumRows = 40

    /// The processors' names, in order.
    public let processors: [String]
    private let reports: [TestReport]
    private let table: VerdictTable

    /// Compares reports, each with its processor's name.
    public init(_ reports: [(processor: String, report: TestReport)]) {
        processors = reports.map(\.processor)
        self.reports = reports.map(\.report)
        table = VerdictTable(self.reports)
    }

    /// What differs, in the order in which suites and tests appear first.
    public var differences: [Difference] { table.suites.flatMap(differences) }

    /// All reports in one, the processor's name in front of each suite's, and behind them a suite that has a test for each
    /// suite: that it came out alike everywhere.
    public var report: TestReport {
        var suites: [SuiteReport] = []
        for (processor, report) in zip(processors, reports) {
            suites += report.suites.map { suite in
                var suite = suite
                suite.name = "\(processor): \(suite.name)"
                return suite
            }
        }
        let comparison = table.suites.map { name in
            let differences = differences(in: name)
            return TestResult(
                name: "\(name) comes out alike on \(processors.joined(separator: ", "))",
                outcome: differences.isEmpty ? .passed : .failed, diagnostics: lines(differences))
        }
        return TestReport(suites: suites + [SuiteReport(name: "all processors", tests: comparison)])
    }

    /// Differences as a table, the tests' names in the last column; empty where there are none. A long list is cut.
    func lines(_ differences: [Difference]) -> [String] {
        guard !differences.isEmpty else { return [] }
        let rows = differences.prefix(Self.maximumRows).map { (verdicts: $0.verdicts, text: $0.test) }
        let lines = VerdictTable.lines(processors, "test", rows)
        let rest = differences.count - Self.maximumRows
        return rest > 0 ? lines + ["and \(rest) more"] : lines
    }

    private func differences(in suite: String) -> [Difference] {
        table.rows.filter { $0.suite == suite && Set($0.verdicts).subtracting(["skipped"]).count > 1 }
            .map { Difference(suite: $0.suite, test: $0.test, verdicts: $0.verdicts) }
    }
}
