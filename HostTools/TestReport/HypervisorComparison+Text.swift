// SPDX-License-Identifier: MIT

extension HypervisorComparison {
    /// The table: for each test Xen's verdict, that of Apus, its name, and a line below where the two are not simply alike.
    public var lines: [String] { Self.lines(of: rows) }

    /// The part of the table that makes the comparison fail; empty where nothing does.
    public var failureLines: [String] {
        let failures = rows.filter(\.judgement.isFailure)
        return failures.isEmpty ? [] : Self.lines(of: failures)
    }

    private static func lines(of rows: [Row]) -> [String] {
        let rows = rows.map { row in
            let note = row.judgement.note.map { "\n" + String(repeating: " ", count: 18) + $0 } ?? ""
            return (verdicts: [row.xen, row.apus], text: "\(row.suite): \(row.test)\(note)")
        }
        return VerdictTable.lines(["xen", "apus"], "test", rows).flatMap { $0.split(separator: "\n").map(String.init) }
    }

    /// The counts in a line.
    public var summary: String {
        let counts = self.counts
        return "\(rows.count) tests: " + counts.map { "\($0.count) \($0.name)" }.joined(separator: ", ")
    }

    /// How many tests there are of each kind. What is not there is left out, but for the two that matter.
    var counts: [(name: String, count: Int)] {
        ["alike", "different", "known", "not compared", "wrong", "outdated"].map { name in
            (name, rows.count { $0.judgement.name == name })
        }.filter { $0.count > 0 || ["alike", "different"].contains($0.name) }
    }

    /// The comparison as a report whose tests fail where it does; for JUnit.
    public var report: TestReport {
        var suites: [SuiteReport] = []
        for row in rows {
            let name = "xen and apus: \(row.suite)"
            if suites.last?.name != name { suites.append(SuiteReport(name: name)) }
            let outcome: TestResult.Outcome =
                switch row.judgement {
                case .alike, .known: .passed
                case .incomparable(let reason): .skipped(reason: reason)
                case .different, .wrongTest, .outdated: .failed
                }
            let diagnostics = ["\(row.xen) on Xen, \(row.apus) on Apus"] + (row.judgement.note.map { [$0] } ?? [])
            suites[suites.count - 1].tests.append(
                TestResult(name: row.test, outcome: outcome, diagnostics: row.judgement == .alike ? [] : diagnostics))
        }
        return TestReport(suites: suites)
    }
}

extension HypervisorComparison.Judgement {
    /// A word or two for tables and counts.
    public var name: String {
        switch self {
        case .alike: "alike"
        case .known: "known"
        case .incomparable: "not compared"
        case .different: "different"
        case .wrongTest: "wrong"
        case .outdated: "outdated"
        }
    }

    /// What is to be said about it; nil where nothing is.
    public var note: String? {
        switch self {
        case .alike: nil
        case .known(let reason): "known: \(reason)"
        case .incomparable(let reason): "not compared: \(reason)"
        case .different: "DIFFERENT: Xen is right; change Apus, or list it in Documentation/Differences.md"
        case .wrongTest: "WRONG: Xen fails it, so the test is wrong"
        case .outdated(let listed): "OUTDATED: Documentation/Differences.md says: \(listed)"
        }
    }
}
