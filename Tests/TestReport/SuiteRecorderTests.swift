// SPDX-License-Identifier: MIT
import Testing

@testable import TestReport

/// The report of a guest that prints these lines and ends so.
func report(
    _ lines: [String], _ ending: GuestEnding = .ended(reason: "poweroff"), expecting: GuestExpectation = .report
) -> SuiteReport {
    var recorder = SuiteRecorder(name: "suite", expecting: expecting)
    for line in lines { recorder.consume(line) }
    return recorder.finish(ending)
}

@Suite("A guest's report")
struct SuiteRecorderTests {
    @Test("is good when plan and results agree and the guest powers off")
    func good() {
        let suite = report([
            "hello", "KTAP version 1", "1..3", "ok 1 one", "# bench \"null hypercall\" 105", "ok 2 - two",
            "ok 3 three # SKIP no clock",
        ])
        #expect(suite.problems.isEmpty)
        #expect(suite.tests.map(\.name) == ["one", "two", "three"])
        #expect(suite.tests.map(\.outcome) == [.passed, .passed, .skipped(reason: "no clock")])
        #expect(suite.counts.summary == "2 passed, 0 failed, 1 skipped")
    }

    @Test("keeps the diagnostics of a failed test")
    func diagnostics() {
        let suite = report(["KTAP version 1", "1..1", "not ok 1 one", "# expected 3", "# got -22"])
        #expect(suite.tests == [TestResult(name: "one", outcome: .failed, diagnostics: ["expected 3", "got -22"])])
        #expect(!TestReport(suites: [suite]).isGood)
    }

    @Test("fails without a plan, with missing tests, with a number twice or outside the plan")
    func inconsistent() {
        #expect(report(["ok 1 one"]).problems == ["the guest printed no plan (1..N)"])
        #expect(report([]).problems == ["the guest printed no plan (1..N)"])
        #expect(report(["1..0"]).problems == ["the plan is empty"])
        #expect(report(["1..3", "ok 2 b"]).problems == ["2 of 3 planned tests are missing, the first is number 1"])
        #expect(report(["1..1", "ok 1 a", "ok 1 a"]).problems == ["test number 1 is reported twice"])
        #expect(report(["1..1", "ok 1 a", "ok 7 b"]).problems == ["test number 7 is outside the plan 1..1"])
        #expect(report(["1..1", "1..1", "ok 1 a"]).problems == ["the guest printed a second plan"])
        #expect(report(["1..1", "ok 1 a", "KTAP version 1"]).problems == ["the guest began a second report"])
        #expect(report(["1..1", "ok 0 zero", "ok 1 a", "ok"]).problems.count == 1)
        #expect(report(["1..1", "ok 1 a", "Bail out! no memory"]).problems == ["the guest gave up: no memory"])
    }

    @Test("fails when the guest crashed, went silent or never started, and shows its last lines")
    func endings() {
        let lines = ["1..1", "ok 1 a", "last words"]
        #expect(report(lines, .ended(reason: "crash")).problems == ["the guest ended early: crash"])
        #expect(report(lines, .ended(reason: "reboot")).counts.failed == 1)
        let silent = report(lines, .silent(seconds: 5))
        #expect(silent.problems == ["the guest was silent when the run was stopped after 5 seconds"])
        #expect(silent.results.last?.diagnostics.last == "  last words")
        #expect(report(lines, .neverStarted).counts.failed == 1)
        #expect(report(lines, .runStopped(reason: "FATAL")).problems.first?.contains("FATAL") == true)
    }

    @Test("counts an expected end as a test, and asks nothing of a guest that is there for another's sake")
    func expectations() {
        let crash = report(["boom"], .ended(reason: "crash"), expecting: .ending("crash"))
        #expect(crash.counts == TestReport.Counts(passed: 1))
        let quiet = report([], .ended(reason: "poweroff"), expecting: .ending("crash"))
        #expect(quiet.counts == TestReport.Counts(failed: 1))
        #expect(report([], .silent(seconds: 1), expecting: .ending("crash")).counts.failed == 1)
        #expect(report([], .ended(reason: "reboot"), expecting: .anyEnding).counts == TestReport.Counts(passed: 1))
        #expect(report([], .silent(seconds: 1), expecting: .anyEnding).counts == TestReport.Counts(failed: 1))
        #expect(report(["not ok 1 x"], .silent(seconds: 1), expecting: .nothing).results.isEmpty)
    }

    @Test("tolerates nested subtests, and does not let a test hide a failed one")
    func nested() {
        let suite = report([
            "KTAP version 1", "1..3", "    KTAP version 1", "    1..2", "    ok 1 inner", "    ok 2 inner",
            "ok 1 outer",
            "    not ok 1 inner # TODO later", "ok 2 outer", "    not ok 1 inner", "ok 3 liar",
        ])
        #expect(suite.problems.isEmpty)
        #expect(suite.tests.map(\.outcome) == [.passed, .passed, .failed])
    }

    @Test("takes directives as they are meant")
    func directives() {
        let suite = report([
            "1..5", "ok 1 a # skip why", "not ok 2 b # TODO not there", "ok 3 c # TIMEOUT", "ok 4 d #1 of many",
            "ok 5 e # nothing known",
        ])
        #expect(
            suite.tests.map(\.outcome) == [
                .skipped(reason: "why"), .skipped(reason: "not there"), .failed, .passed, .passed,
            ])
        #expect(suite.tests[3].name == "d #1 of many")
        #expect(report(["1..0 # SKIP no such machine"]).tests.map(\.outcome) == [.skipped(reason: "no such machine")])
    }
}
