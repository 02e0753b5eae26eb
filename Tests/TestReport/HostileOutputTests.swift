// SPDX-License-Identifier: MIT
import Testing

@testable import TestReport

@Suite("Hostile output")
struct HostileOutputTests {
    @Test("cannot overflow a number", arguments: ["99999999999999999999999999", "65537", "18446744073709551615"])
    func hugeNumbers(digits: String) {
        #expect(report(["1..\(digits)", "ok 1 a"]).problems == ["the plan's number cannot be read"])
        let suite = report(["1..1", "ok \(digits) a", "ok 1 b"])
        #expect(suite.problems == ["a test's number cannot be read: \(digits.prefix(20))"])
    }

    @Test("is not taken for a result when it only looks like one")
    func lookalikes() {
        let lines = ["okay 1 a", "not okay", "notok 1", "1..x", "1..2 and so on", "ok1 a", "OK 1 a", "..", "#"]
        let suite = report(lines)
        #expect(suite.tests.isEmpty)
        #expect(suite.problems == ["the guest printed no plan (1..N)"])
    }

    @Test("is stripped of control characters and cut to a bearable length")
    func controlCharacters() {
        let suite = report(["1..1", "ok 1 \u{1B}[31mred\u{0}\u{7}\u{9B}", String(repeating: "x", count: 100_000)])
        #expect(suite.tests.first?.name == "[31mred")
        #expect(suite.lastLines.allSatisfy { $0.unicodeScalars.count <= SuiteRecorder.maximumLineLength })
    }

    @Test("cannot fill the host's memory")
    func endless() {
        var recorder = SuiteRecorder(name: "flood")
        recorder.consume("1..1")
        recorder.consume("ok 1 a")
        for number in 0..<5000 {
            recorder.consume("# diagnostic \(number)")
            recorder.consume("ok 1 again \(number)")
            recorder.consume("Bail out! \(number)")
        }
        let suite = recorder.finish(.ended(reason: "poweroff"))
        #expect(suite.problems.count <= 20)
        #expect(suite.lastLines.count <= SuiteRecorder.maximumLastLines)
        #expect(suite.tests.allSatisfy { $0.diagnostics.count <= SuiteRecorder.maximumDiagnostics })
    }

    @Test("never traps: ten thousand lines of seeded noise")
    func noise() {
        var state: UInt64 = 42
        func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state >> 33
        }
        let pieces = [
            "ok", "not ok", " ", "1", "..", "99999999999", "#", "SKIP", "- ", "é", "\u{0}", "KTAP version 1", "\\",
        ]
        var recorder = SuiteRecorder(name: "noise")
        for _ in 0..<10_000 {
            recorder.consume((0..<next() % 9).map { _ in pieces[Int(next() % UInt64(pieces.count))] }.joined())
        }
        let noise = TestReport(suites: [recorder.finish(.neverStarted)])
        #expect(!noise.isGood)
        #expect(noise.junit().contains("</testsuites>"))
        #expect(!noise.tap().isEmpty && !noise.human().isEmpty)
    }
}
