// SPDX-License-Identifier: MIT

extension TestReport {
    /// The report as TAP, version 13; readers of version 14 take it as well.
    ///
    /// Every test stands at the top level with its suite's name in front; failures carry a YAML block.
    public func tap() -> String {
        let all = suites.flatMap { suite in suite.results.map { (suite.name, $0) } }
        var lines = ["TAP version 13", "1..\(all.count)"]
        for (index, (suite, result)) in all.enumerated() {
            let name = Self.escaped("\(suite): \(result.name)")
            switch result.outcome {
            case .passed: lines.append("ok \(index + 1) - \(name)")
            case .skipped(let reason): lines.append("ok \(index + 1) - \(name) # SKIP \(reason)")
            case .failed:
                lines.append("not ok \(index + 1) - \(name)")
                lines += Self.block(result.diagnostics)
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// A hash sign in a name would begin a directive (TAP 14, "Escaping").
    private static func escaped(_ name: String) -> String {
        name.flatMap { $0 == "#" || $0 == "\\" ? ["\\", $0] : [$0] }.reduce(into: "") { $0.append($1) }
    }

    private static func block(_ diagnostics: [String]) -> [String] {
        guard !diagnostics.isEmpty else { return [] }
        return ["  ---", "  message: |"] + diagnostics.map { "    \($0)" } + ["  ..."]
    }
}
