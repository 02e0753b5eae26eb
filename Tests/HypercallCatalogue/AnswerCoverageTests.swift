// SPDX-License-Identifier: MIT
import TestReport
import Testing
import XenInterface

@testable import HypercallCatalogue

@Suite("Coverage of the answers of hypercalls")
struct AnswerCoverageTests {
    @Test("counts the pairs that tests have seen, and lists the others")
    func counts() {
        let nothing = AnswerCoverage([(name: String, answers: Set<ObservedAnswer>)]())
        #expect(nothing.covered.isEmpty)
        #expect(nothing.uncovered.count == nothing.reachable.count)
        #expect(nothing.reachable.count > 300)
        let one = AnswerCoverage([("send works", [ObservedAnswer(hypercall: 32, operation: 4, result: -22)])])
        #expect(one.covered.map(\.text) == ["event_channel_op send: -EINVAL"])
        #expect(one.covered.first?.tests == ["send works"])
        #expect(
            one.lines.first == "pairs covered: 1 of \(one.reachable.count), and \(one.unreachable.count) out of reach")
        #expect(one.lines.count == 2 && one.lines[1].contains("\(one.reachable.count - 1) pairs"))
    }

    @Test("tells an element's status from the result of its call")
    func elements() {
        let seen = ObservedAnswer(hypercall: 20, operation: 0, isOfElement: true, result: -3)
        #expect(AnswerCoverage([("a", [seen])]).covered.map(\.text) == ["grant_table_op map_grant_ref: status -3"])
        #expect(AnswerCoverage([("a", [ObservedAnswer(hypercall: 20, operation: 0, result: -3)])]).unknown.count == 1)
    }

    @Test("reports answers that the catalogue does not know")
    func unknown() {
        let strange = ObservedAnswer(hypercall: 32, operation: 4, result: -7)
        let coverage = AnswerCoverage([("a", [strange]), ("b", [strange])])
        #expect(coverage.unknown.map(\.answer) == [strange])
        #expect(coverage.lines.last == "  not in the catalogue: 32.4:-7, seen by a")
        #expect(!coverage.isComplete)
    }

    @Test("knows numbers that no operation has, and hypercalls that there are not")
    func others() {
        let coverage = AnswerCoverage([
            (
                "a",
                [
                    ObservedAnswer(hypercall: 32, operation: 61, result: -38),
                    ObservedAnswer(hypercall: 99, operation: 0, result: -38),
                ]
            )
        ])
        #expect(coverage.covered.map(\.text) == ["event_channel_op any other number: -ENOSYS"])
        #expect(coverage.unknown.isEmpty)
    }

    @Test("names the tests that are about the operation first, and not too many")
    func tests() {
        let answer = ObservedAnswer(hypercall: 32, operation: 4, result: 0)
        let names = [
            "other 1", "other 2", "other 3", "other 4", "event_channel_op close: x", "event_channel_op send: y",
        ]
        let pair = AnswerCoverage(names.map { ($0, [answer]) }).covered.first
        #expect(pair?.tests == ["event_channel_op send: y", "event_channel_op close: x", "other 1", "other 2"])
    }

    @Test("is the same after writing and reading it as JSON")
    func record() throws {
        let coverage = AnswerCoverage([("a", [ObservedAnswer(hypercall: 17, operation: 0, result: 0)])])
        let record = CoverageRecord(coverage)
        #expect(try CoverageRecord(json: record.json()) == record)
        #expect(record.covered == 1)
        #expect(record.pairs.count == coverage.pairs.count)
    }
}
