// SPDX-License-Identifier: MIT

/// How the same tests came out in several reports.
struct VerdictTable {
    /// A test, and how it came out in each report.
    struct Row: Equatable {
        var suite: String
        var test: String
        /// `ok`, `FAILED`, `skipped` or `missing`, for each report in order.
        var verdicts: [String]
    }

    /// In the order in which suites and tests appear first.
    let rows: [Row]
    /// The names of the suites, in the same order.
    let suites: [String]

    /// Puts reports side by side.
    init(_ reports: [TestReport]) {
        suites = Self.unique(reports.flatMap { $0.suites.map(\.name) })
        rows = suites.flatMap { suite in
            let verdicts = reports.map { Self.verdicts(of: suite, in: $0) }
            let words = verdicts.map { Dictionary($0.map { ($0.test, $0.verdict) }) { first, _ in first } }
            return Self.unique(verdicts.flatMap { $0.map(\.test) }).map { test in
                Row(suite: suite, test: test, verdicts: words.map { $0[test] ?? "missing" })
            }
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

    /// Lines with the verdicts under their headings, and a text that may be long in the last column.
    static func lines(_ headings: [String], _ last: String, _ rows: [(verdicts: [String], text: String)]) -> [String] {
        ([(headings, last)] + rows).map { row in
            zip(row.0, headings.map { max($0.count, 7) }).map { text, width in
                text + String(repeating: " ", count: max(0, width - text.count)) + "  "
            }.joined() + row.1
        }
    }
}
