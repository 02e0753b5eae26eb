// SPDX-License-Identifier: MIT

extension TestReport {
    /// The report as JUnit XML, as continuous-integration services read it.
    public func junit() -> String {
        var lines = [
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
            "<testsuites \(Self.attributes(counts))>",
        ]
        for suite in suites {
            let attributes = Self.attributes(suite.counts)
            let time = Self.rounded(suite.seconds)
            lines.append("  <testsuite name=\"\(Self.escaped(suite.name))\" \(attributes) time=\"\(time)\">")
            lines += suite.results.flatMap { Self.testCase($0, of: suite) }
            if !suite.lastLines.isEmpty {
                lines.append("    <system-out>\(Self.escaped(suite.lastLines.joined(separator: "\n")))</system-out>")
            }
            lines.append("  </testsuite>")
        }
        return (lines + ["</testsuites>"]).joined(separator: "\n") + "\n"
    }

    private static func attributes(_ counts: Counts) -> String {
        let tests = counts.passed + counts.failed + counts.skipped
        return "tests=\"\(tests)\" failures=\"\(counts.failed)\" errors=\"0\" skipped=\"\(counts.skipped)\""
    }

    private static func testCase(_ result: TestResult, of suite: SuiteReport) -> [String] {
        let opening = "    <testcase name=\"\(escaped(result.name))\" classname=\"\(escaped(suite.name))\""
        switch result.outcome {
        case .passed: return [opening + "/>"]
        case .skipped(let reason):
            return [opening + ">", "      <skipped message=\"\(escaped(reason))\"/>", "    </testcase>"]
        case .failed:
            let text = escaped(result.diagnostics.joined(separator: "\n"))
            return [
                opening + ">", "      <failure message=\"\(escaped(result.name))\">\(text)</failure>",
                "    </testcase>",
            ]
        }
    }

    /// Text for an attribute or an element: markup is escaped, and what XML 1.0 cannot hold is left out.
    private static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "\n", "\t": result.unicodeScalars.append(scalar)
            case _ where scalar.value < 0x20 || scalar.value == 0xFFFE || scalar.value == 0xFFFF: continue
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
