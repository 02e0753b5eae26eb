// SPDX-License-Identifier: MIT

/// What is known about one guest of a test run, after its end.
public struct SuiteReport: Sendable, Equatable {
    /// The suite's name, and the guest's where a suite has several.
    public var name: String
    /// The tests that the guest reported, in the order of its lines.
    public var tests: [TestResult]
    /// What is wrong with the report as a whole: each counts as a failure.
    public var problems: [String]
    /// The last lines that the guest printed.
    public var lastLines: [String]
    /// How long the run took, in seconds.
    public var seconds: Double

    /// A report that is put together by hand.
    public init(
        name: String, tests: [TestResult] = [], problems: [String] = [], lastLines: [String] = [], seconds: Double = 0
    ) {
        self.name = name
        self.tests = tests
        self.problems = problems
        self.lastLines = lastLines
        self.seconds = seconds
    }

    /// The tests, and each problem as a failed test that shows the guest's last lines.
    public var results: [TestResult] {
        tests
            + problems.map { problem in
                let heading = lastLines.isEmpty ? ["it printed nothing"] : ["its last lines:"]
                return TestResult(name: problem, outcome: .failed, diagnostics: heading + lastLines.map { "  " + $0 })
            }
    }
}

/// The reports of a test run.
public struct TestReport: Sendable, Equatable {
    /// One report for each guest, in the order in which they ran.
    public var suites: [SuiteReport]

    /// A run's report.
    public init(suites: [SuiteReport] = []) { self.suites = suites }

    /// How many tests came out one way or the other.
    public struct Counts: Sendable, Equatable {
        public var passed = 0
        public var failed = 0
        public var skipped = 0

        /// The counts as the last line of a run shows them.
        public var summary: String {
            "\(passed) passed, \(failed) failed" + (skipped == 0 ? "" : ", \(skipped) skipped")
        }

        mutating func add(_ outcome: TestResult.Outcome) {
            switch outcome {
            case .passed: passed += 1
            case .failed: failed += 1
            case .skipped: skipped += 1
            }
        }
    }

    /// The counts over all suites.
    public var counts: Counts {
        suites.reduce(into: Counts()) { counts, suite in counts.add(suite.counts) }
    }

    /// Whether something ran and nothing failed.
    public var isGood: Bool { counts.failed == 0 && !suites.isEmpty }
}

extension SuiteReport {
    /// The counts of one suite, its problems among the failures.
    public var counts: TestReport.Counts { results.reduce(into: TestReport.Counts()) { $0.add($1.outcome) } }
}

extension TestReport.Counts {
    mutating func add(_ other: Self) {
        passed += other.passed
        failed += other.failed
        skipped += other.skipped
    }
}
