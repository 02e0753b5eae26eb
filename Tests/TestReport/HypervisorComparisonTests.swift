// SPDX-License-Identifier: MIT
import Foundation
import Testing

@testable import TestReport

@Suite("The comparison with Xen")
struct HypervisorComparisonTests {
    private static func compare(
        xen: [(String, TestResult.Outcome)], apus: [(String, TestResult.Outcome)], known: String...
    ) throws -> HypervisorComparison {
        let rows = known.map { $0 + "\n" }.joined()
        return HypervisorComparison(
            xen: ProcessorComparisonTests.report(xen), apus: ProcessorComparisonTests.report(apus),
            known: try KnownDifference.list(in: KnownDifferenceTests.page(rows)))
    }

    @Test("is good where all is alike, or differs as listed")
    func good() throws {
        let comparison = try Self.compare(
            xen: [("x", .passed), ("y", .passed), ("z", .skipped(reason: ""))],
            apus: [("x", .passed), ("y", .skipped(reason: "")), ("z", .skipped(reason: ""))],
            known: "| a: y | ok | skipped | no rings |")
        #expect(comparison.isGood)
        #expect(comparison.rows.map(\.judgement) == [.alike, .known(reason: "no rings"), .alike])
        #expect(comparison.summary == "3 tests: 2 alike, 0 different, 1 known")
        #expect(comparison.failureLines.isEmpty)
        #expect(
            comparison.lines == [
                "xen      apus     test", "ok       ok       a: x", "ok       skipped  a: y",
                "                  known: no rings", "skipped  skipped  a: z",
            ])
    }

    @Test("fails on a difference that is not listed, and on a test that one of them does not have")
    func different() throws {
        let comparison = try Self.compare(
            xen: [("x", .passed), ("y", .passed), ("same", .passed)], apus: [("x", .failed), ("same", .passed)])
        #expect(!comparison.isGood)
        #expect(comparison.rows.map(\.judgement) == [.different, .different, .alike])
        #expect(comparison.rows[1].apus == "missing")
        #expect(comparison.failureLines.count == 5)
        #expect(comparison.report.counts.failed == 2)
    }

    @Test("fails where Xen fails a test, listed or not, and although Apus fails it too")
    func wrongTest() throws {
        let comparison = try Self.compare(
            xen: [("x", .failed), ("y", .passed)], apus: [("x", .failed), ("y", .passed)])
        #expect(comparison.rows.map(\.judgement) == [.wrongTest, .alike])
        #expect(!comparison.isGood)
    }

    @Test("fails where the list is outdated: a test that does not differ so, or that is not there any more")
    func outdated() throws {
        let comparison = try Self.compare(
            xen: [("x", .passed)], apus: [("x", .passed)],
            known: "| a: x | ok | skipped | r |", "| a: gone | ok | skipped | r |")
        let judgement = HypervisorComparison.Judgement.outdated(listed: "ok on Xen, skipped on Apus")
        #expect(comparison.rows.map(\.judgement) == [judgement, judgement])
        #expect(comparison.rows.map(\.test) == ["x", "a: gone"])
        #expect(!comparison.isGood)
    }

    @Test("says of what cannot run on Xen that it was not compared, and why")
    func incomparable() {
        let alike = ProcessorComparisonTests.report([("x", .passed)])
        var apus = alike
        apus.suites += ProcessorComparisonTests.report([("y", .passed)], suite: "pae/one").suites
        let comparison = HypervisorComparison(xen: alike, apus: apus, known: [], incomparable: ["pae": "TCG"])
        #expect(comparison.isGood)
        #expect(comparison.rows.map(\.xen) == ["ok", "-"])
        #expect(comparison.rows[1].judgement == .incomparable(reason: "TCG"))
        #expect(comparison.report.counts.skipped == 1)
    }

    @Test("of nothing is not good")
    func nothing() {
        #expect(!HypervisorComparison(xen: TestReport(), apus: TestReport(), known: []).isGood)
    }

    @Test("has a form for programs")
    func json() throws {
        let comparison = try Self.compare(xen: [("x", .passed)], apus: [("x", .failed)])
        let data = Data(try comparison.json(version: "4.17").utf8)
        let document = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        #expect(document["good"] as? Bool == false)
        #expect(document["xen"] as? String == "4.17")
        #expect(document["counts"] as? [String: Int] == ["alike": 0, "different": 1])
        let test = try #require((document["tests"] as? [[String: String]])?.first)
        #expect(test["suite"] == "a" && test["test"] == "x" && test["xen"] == "ok" && test["apus"] == "FAILED")
        #expect(test["judgement"] == "different")
    }
}
