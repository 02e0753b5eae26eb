// SPDX-License-Identifier: MIT

extension TestReport {
    /// The report for a reader at a terminal: a line for each suite, every failure with its explanation, a summary.
    /// - Parameter isColoured: whether green and red are marked with terminal codes.
    public func human(isColoured: Bool = false) -> String {
        var lines: [String] = []
        for suite in suites {
            let mark = suite.counts.failed == 0 ? paint("ok    ", 32, isColoured) : paint("FAILED", 31, isColoured)
            lines.append("\(mark) \(suite.name): \(suite.counts.summary) (\(Self.rounded(suite.seconds)) s)")
            for result in suite.results {
                switch result.outcome {
                case .passed: continue
                case .failed: lines.append("       failed: \(result.name)")
                case .skipped(let reason): lines.append("       skipped: \(result.name): \(reason)")
                }
                lines += result.diagnostics.map { "           \($0)" }
            }
        }
        return (lines + [counts.summary]).joined(separator: "\n") + "\n"
    }

    private func paint(_ text: String, _ code: Int, _ isColoured: Bool) -> String {
        isColoured ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }

    /// Seconds with one digit after the point.
    static func rounded(_ seconds: Double) -> String {
        guard seconds.isFinite, (0..<1_000_000_000).contains(seconds) else { return "0.0" }
        let tenths = Int((seconds * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }
}
