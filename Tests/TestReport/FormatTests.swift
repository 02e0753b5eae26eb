// SPDX-License-Identifier: MIT
import Foundation
import Testing

@testable import TestReport

#if canImport(FoundationXML)
    import FoundationXML
#endif

@Suite("A report's form")
struct FormatTests {
    static let sample = TestReport(suites: [
        SuiteReport(
            name: "conformance",
            tests: [
                TestResult(name: "adds", outcome: .passed),
                TestResult(name: "says <&\"#1\">", outcome: .failed, diagnostics: ["expected 1", "got ]]>"]),
                TestResult(name: "waits", outcome: .skipped(reason: "no timer")),
            ], lastLines: ["ok 3"], seconds: 1.26),
        SuiteReport(name: "crash", problems: ["the guest ended early: crash"], lastLines: ["Oops"], seconds: 0.04),
    ])

    @Test("human: failures with their explanation, the counts at the end")
    func human() {
        #expect(
            Self.sample.human() == """
                FAILED conformance: 1 passed, 1 failed, 1 skipped (1.3 s)
                       failed: says <&"#1">
                           expected 1
                           got ]]>
                       skipped: waits: no timer
                FAILED crash: 0 passed, 1 failed (0.0 s)
                       failed: the guest ended early: crash
                           its last lines:
                             Oops
                1 passed, 2 failed, 1 skipped

                """)
        #expect(Self.sample.human(isColoured: true).contains("\u{1B}[31mFAILED\u{1B}[0m"))
        #expect(!TestReport().isGood)
    }

    @Test("TAP: a plan, one line for each test, hash signs escaped, a YAML block for failures")
    func tap() {
        #expect(
            Self.sample.tap() == """
                TAP version 13
                1..4
                ok 1 - conformance: adds
                not ok 2 - conformance: says <&"\\#1">
                  ---
                  message: |
                    expected 1
                    got ]]>
                  ...
                ok 3 - conformance: waits # SKIP no timer
                not ok 4 - crash: the guest ended early: crash
                  ---
                  message: |
                    its last lines:
                      Oops
                  ...

                """)
    }

    @Test("JUnit: well-formed XML with the right counts, whatever the names hold")
    func junit() throws {
        var hostile = Self.sample
        hostile.suites[0].tests[0].name = "a\u{0}\u{1B}b\u{FFFE}"
        let text = hostile.junit()
        let parser = XMLParser(data: Data(text.utf8))
        let reader = ElementCounter()
        parser.delegate = reader
        #expect(parser.parse())
        #expect(reader.counts["testsuite"] == 2)
        #expect(reader.counts["testcase"] == 4)
        #expect(reader.counts["failure"] == 2)
        #expect(reader.counts["skipped"] == 1)
        #expect(text.contains("<testsuites tests=\"4\" failures=\"2\" errors=\"0\" skipped=\"1\">"))
    }

    private final class ElementCounter: NSObject, XMLParserDelegate {
        var counts: [String: Int] = [:]

        func parser(
            _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
            attributes: [String: String]
        ) { counts[name, default: 0] += 1 }
    }
}
