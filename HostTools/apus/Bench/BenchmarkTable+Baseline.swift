// SPDX-License-Identifier: MIT

extension BenchmarkTable {
    /// By how many percent a figure may grow before it counts as a regression.
    static let tolerance = 5

    /// What is worse than in an earlier table, or missing: a line for each. Empty when all is well.
    func regressions(from baseline: BenchmarkTable) -> [String] {
        let figures = Dictionary(rows.map { ($0.operation, $0.apus) }) { first, _ in first }
        return baseline.rows.compactMap { old in
            guard let before = old.apus else { return nil }
            guard let now = figures[old.operation] ?? nil else {
                return "\(old.operation): it is not measured any more"
            }
            // The figures are those of a console: a product could overflow.
            let (limit, isHuge) = before.multipliedReportingOverflow(by: 100 + Self.tolerance)
            guard !isHuge, now > limit / 100 else { return nil }
            return "\(old.operation): \(now) instructions, more than \(Self.tolerance) % above the baseline's \(before)"
        }
    }

    /// What the baseline does not have.
    func additions(to baseline: BenchmarkTable) -> [String] {
        let known = Set(baseline.rows.map(\.operation))
        return rows.map(\.operation).filter { !known.contains($0) }
    }
}
