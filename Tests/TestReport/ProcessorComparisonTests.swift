// SPDX-License-Identifier: MIT
import Testing

@testable import TestReport

@Suite("The comparison of processors")
struct ProcessorComparisonTests {
    static func report(_ outcomes: [(String, TestResult.Outcome)], suite: String = "a") -> TestReport {
        TestReport(suites: [SuiteReport(name: suite, tests: outcomes.map { TestResult(name: $0, outcome: $1) })])
    }

    @Test("finds nothing where all came out alike, diagnostics and times aside")
    func alike() {
        var one = Self.report([("x", .passed), ("y", .skipped(reason: "one"))])
        let two = Self.report([("x", .passed), ("y", .skipped(reason: "two"))])
        one.suites[0].seconds = 5
        one.suites[0].tests[0].diagnostics = ["text"]
        let comparison = ProcessorComparison([("p", one), ("q", two)])
        #expect(comparison.differences.isEmpty)
        #expect(comparison.report.isGood)
        #expect(comparison.report.suites.map(\.name) == ["p: a", "q: a", "all processors"])
    }

    @Test("finds each test that came out otherwise, or is missing")
    func differences() {
        let one = Self.report([("x", .passed), ("y", .passed), ("z", .passed), ("both", .failed)])
        let two = Self.report([("x", .failed), ("z", .skipped(reason: "")), ("both", .failed)])
        let comparison = ProcessorComparison([("p", one), ("q", two)])
        #expect(comparison.differences.map(\.test) == ["x", "y"])
        #expect(comparison.differences.map(\.verdicts) == [["ok", "FAILED"], ["ok", "missing"]])
        let last = comparison.report.suites[2].tests
        #expect(last.map(\.outcome) == [.failed])
        #expect(
            last[0].diagnostics == [
                "p        q        test", "ok       FAILED   x", "ok       missing  y",
            ])
    }

    @Test("cuts a long table")
    func longTable() throws {
        let tests = (1...50).map { ("t\($0)", TestResult.Outcome.passed) }
        let comparison = ProcessorComparison([("p", Self.report(tests)), ("q", TestReport())])
        #expect(comparison.differences.count == 50)
        let table = try #require(comparison.report.suites.last).tests[0].diagnostics
        #expect(table.count == 42 && table.last == "and 10 more")
    }

    @Test("compares a test that is skipped on one among the others")
    func skips() {
        let skipped = ("q", Self.report([("x", .skipped(reason: "no such feature"))]))
        let passed = ("p", Self.report([("x", .passed)]))
        #expect(ProcessorComparison([passed, skipped]).report.isGood)
        let missing = ("r", Self.report([]))
        #expect(
            ProcessorComparison([passed, skipped, missing]).differences.map(\.verdicts) == [
                ["ok", "skipped", "missing"]
            ])
    }

    @Test("fails on a difference although no test failed")
    func missing() {
        let comparison = ProcessorComparison([("p", Self.report([("x", .passed)])), ("q", Self.report([]))])
        #expect(!comparison.report.isGood)
    }

    @Test("sees a problem of one report, and a suite that is there once only")
    func problems() {
        var one = Self.report([("x", .passed)])
        one.suites[0].problems = ["no plan"]
        let two = TestReport(
            suites: Self.report([("x", .passed)]).suites + Self.report([("w", .passed)], suite: "b").suites)
        let comparison = ProcessorComparison([("p", one), ("q", two)])
        #expect(comparison.differences.map(\.test) == ["no plan", "w"])
        #expect(comparison.differences.map(\.suite) == ["a", "b"])
    }

    @Test("tells tests of the same name apart by their order")
    func duplicates() {
        let one = Self.report([("x", .passed), ("x", .failed)])
        let two = Self.report([("x", .passed), ("x", .passed)])
        let comparison = ProcessorComparison([("p", one), ("q", two)])
        #expect(comparison.differences.map(\.test) == ["x (2)"])
        let clash = Self.report([("x (2)", .passed), ("x", .passed), ("x", .failed)])
        #expect(ProcessorComparison([("p", clash), ("q", clash)]).differences.isEmpty)
    }
}
