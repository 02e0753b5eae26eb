// SPDX-License-Identifier: MIT

/// The reports of the same suites on several processors: what a guest sees must not depend on the processor.
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

    /// Compares reports, each with its processor's name.
    public init(_ reports: [(processor: String, report: TestReport)]) {
        processors = reports.map(\.processor)
        self.reports = reports.map(\.report)
    }

    /// What differs, in the order in which suites and tests appear first.
    public var differences: [Difference] { suiteNames.flatMap(differences) }

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
        let comparison = suiteNames.map { name in
            let differences = differences(in: name)
            return TestResult(
                name: "\(name) comes out alike on \(processors.joined(separator: ", "))",
                outcome: differences.isEmpty ? .passed : .failed, diagnostics: table(differences))
        }
        return TestReport(suites: suites + [SuiteReport(name: "all processors", tests: comparison)])
    }

    /// Differences as a table, the tests' names in the last column; empty where there are none. A long list is cut.
    public func table(_ differences: [Difference]) -> [String] {
        guard !differences.isEmpty else { return [] }
        let rows = [processors + ["test"]] + differences.prefix(Self.maximumRows).map { $0.verdicts + [$0.test] }
        let lines = rows.map { row in
            zip(row, processors.map { max($0.count, 7) } + [0]).map { text, width in
                text + String(repeating: " ", count: max(0, width - text.count))
            }.joined(separator: "  ")
        }
        let rest = differences.count - Self.maximumRows
        return rest > 0 ? lines + ["and \(rest) more"] : lines
    }

    private var suiteNames: [String] { Self.unique(reports.flatMap { $0.suites.map(\.name) }) }

    private func differences(in suite: String) -> [Difference] {
        let verdicts = reports.map { Self.verdicts(of: suite, in: $0) }
        let words = verdicts.map { Dictionary($0.map { ($0.test, $0.verdict) }) { first, _ in first } }
        return Self.unique(verdicts.flatMap { $0.map(\.test) }).compactMap { test in
            let row = words.map { $0[test] ?? "missing" }
            return Set(row).count == 1 ? nil : Difference(suite: suite, test: test, verdicts: row)
        }
    }

    /// The tests of a suite and how they came out. Where a name stands twice, the later ones are numbered.
    private static func verdicts(of suite: String, in report: TestReport) -> [(test: String, verdict: String)] {
        var seen: [String: Int] = [:]
        return report.suites.filter { $0.name == suite }.flatMap(\.results).map { result in
            let count = seen[result.name, default: 0] + 1
            seen[result.name] = count
            return (count == 1 ? result.name : "\(result.name) (\(count))", word(result.outcome))
        }
    }

    private static func word(_ outcome: TestResult.Outcome) -> String {
        switch outcome {
        case .passed: "ok"
        case .failed: "FAILED"
        case .skipped: "skipped"
        }
    }

    private static func unique(_ names: [String]) -> [String] {
        var seen: Set<String> = []
        return names.filter { seen.insert($0).inserted }
    }
}
