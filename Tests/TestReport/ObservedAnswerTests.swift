// SPDX-License-Identifier: MIT
import Testing

@testable import TestReport

@Suite("Answers that tests have seen")
struct ObservedAnswerTests {
    @Test("are read from the lines behind a test that has passed")
    func passed() {
        let suite = report([
            "KTAP version 1", "1..2", "ok 1 one", "# answers 32.4:-22 20.0/-3", "# answers 12.6:0", "ok 2 two",
        ])
        let expected: Set<ObservedAnswer> = [
            ObservedAnswer(hypercall: 32, operation: 4, result: -22),
            ObservedAnswer(hypercall: 20, operation: 0, isOfElement: true, result: -3),
            ObservedAnswer(hypercall: 12, operation: 6, result: 0),
        ]
        #expect(suite.tests.map(\.answers) == [expected, []])
        #expect(suite.tests.map(\.diagnostics) == [[], []])
    }

    @Test("do not count behind a test that failed or was skipped, nor before any test")
    func notPassed() {
        let suite = report([
            "# answers 32.4:-1", "KTAP version 1", "1..2", "not ok 1 one", "# answers 32.4:-22", "ok 2 two # SKIP why",
            "# answers 32.4:-22",
        ])
        #expect(suite.tests.allSatisfy { $0.answers.isEmpty })
    }

    @Test("are written as they are read; anything else is no answer")
    func text() {
        for text in ["32.4:-22", "20.0/-3", "0.0:0", "4294967295.4294967295:-4095"] {
            #expect(ObservedAnswer(text)?.text == text)
        }
        for text in [
            "", "32", "32.4", "32.4:", "32.4:1", "32.4:-4096", "a.b:c", "-1.0:0", "1.2:3:4", "4294967296.0:0", "1:2.0",
        ] {
            #expect(ObservedAnswer(text) == nil, "\(text)")
        }
    }

    @Test("are bounded, however many a guest prints")
    func bounded() {
        let lines = (0..<5000).map { "# answers \($0).0:0 \($0).1:0" }
        let suite = report(["KTAP version 1", "1..1", "ok 1 one"] + lines)
        #expect(suite.tests[0].answers.count == SuiteRecorder.maximumAnswers)
    }
}
