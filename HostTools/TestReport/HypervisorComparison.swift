// SPDX-License-Identifier: MIT

/// The reports of the same guests on the real Xen and on Apus, side by side.
public struct HypervisorComparison: Sendable {
    /// What is to be thought of a test's two verdicts.
    public enum Judgement: Sendable, Equatable {
        /// The same on both.
        case alike
        /// Otherwise, as it is meant to be.
        case known(reason: String)
        /// Not run on Xen, for this reason.
        case incomparable(reason: String)
        /// Otherwise, and nobody meant it.
        case different
        /// Xen fails it: the test is wrong.
        case wrongTest
        /// The list of known differences has it, but it does not come out as it says.
        case outdated(listed: String)

        /// Whether it makes the comparison fail.
        public var isFailure: Bool {
            switch self {
            case .alike, .known, .incomparable: false
            case .different, .wrongTest, .outdated: true
            }
        }
    }

    /// A test in the table.
    public struct Row: Sendable, Equatable {
        public var suite: String
        public var test: String
        /// `ok`, `FAILED`, `skipped` or `missing`; `-` where it was not run.
        public var xen: String
        public var apus: String
        public var judgement: Judgement
    }

    /// In the order in which they ran.
    public let rows: [Row]

    /// Compares reports.
    /// - Parameters:
    ///   - known: the differences that are meant.
    ///   - incomparable: the suites that were not run on Xen, each with the reason.
    public init(xen: TestReport, apus: TestReport, known: [KnownDifference], incomparable: [String: String] = [:]) {
        let list = Dictionary(known.map { ($0.test, $0) }) { first, _ in first }
        var rows = VerdictTable([xen, apus]).rows.map { row in
            let suite = String(row.suite.prefix { $0 != "/" })
            if let reason = incomparable[suite] {
                return Row(row, xen: "-", .incomparable(reason: reason))
            }
            let judgement = Self.judge(row.verdicts[0], row.verdicts[1], list["\(row.suite): \(row.test)"])
            return Row(row, xen: row.verdicts[0], judgement)
        }
        let names = Set(rows.map { "\($0.suite): \($0.test)" })
        for entry in known where !names.contains(entry.test) {
            rows.append(
                Row(
                    suite: "known differences", test: entry.test, xen: "missing", apus: "missing",
                    judgement: .outdated(listed: entry.verdicts)))
        }
        self.rows = rows
    }

    private static func judge(_ xen: String, _ apus: String, _ known: KnownDifference?) -> Judgement {
        if xen == "FAILED" { return .wrongTest }
        guard let known else { return xen == apus && xen != "missing" ? .alike : .different }
        return known.xen == xen && known.apus == apus ? .known(reason: known.reason) : .outdated(listed: known.verdicts)
    }

    /// Whether there was something to compare and nothing is wrong.
    public var isGood: Bool {
        !rows.contains { $0.judgement.isFailure } && rows.contains { $0.judgement == .alike }
    }
}

extension KnownDifference {
    /// The two verdicts as a message shows them.
    var verdicts: String { "\(xen) on Xen, \(apus) on Apus" }
}

extension HypervisorComparison.Row {
    init(_ row: VerdictTable.Row, xen: String, _ judgement: HypervisorComparison.Judgement) {
        self.init(suite: row.suite, test: row.test, xen: xen, apus: row.verdicts[1], judgement: judgement)
    }
}
