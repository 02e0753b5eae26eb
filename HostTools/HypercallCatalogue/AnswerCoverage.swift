// SPDX-License-Identifier: MIT
import TestReport
import XenInterface

/// Which answers of the catalogue tests have seen, and which not: observed, not claimed.
public struct AnswerCoverage: Sendable {
    /// An answer of one operation.
    public struct Pair: Sendable {
        public var hypercall: CataloguedHypercall
        public var operation: CataloguedOperation
        /// The operation's number; nil for "any other number", and of a hypercall without operations.
        public var number: UInt32?
        public var answer: CataloguedAnswer
        /// The tests that have seen it, those that are named after the operation first.
        public var tests: [String]
    }

    /// All of the catalogue, in its order.
    public let pairs: [Pair]
    /// What tests have seen and the catalogue does not know, with the first such test: a mistake in one of them.
    public let unknown: [(answer: ObservedAnswer, test: String)]

    /// The tests that one pair keeps.
    static let maximumTests = 4

    /// Compares the catalogue with what tests have seen.
    public init(_ tests: [(name: String, answers: Set<ObservedAnswer>)]) {
        var seen: [ObservedAnswer: [String]] = [:]
        for test in tests {
            for answer in test.answers { seen[answer, default: []].append(test.name) }
        }
        var pairs: [Pair] = []
        for hypercall in HypercallCatalogue.all {
            for operation in hypercall.operations {
                let others = seen.keys.filter {
                    $0.hypercall == hypercall.number.rawValue && operation.numbers.isEmpty
                        && hypercall.operation($0.operation)?.numbers.isEmpty == true
                }
                let numbers: [UInt32?] = operation.numbers.isEmpty ? [nil] : operation.numbers
                for number in numbers {
                    for answer in operation.answers {
                        let candidates = number.map { [$0] } ?? Array(Set(others.map(\.operation))).sorted()
                        let names = candidates.flatMap { seen[answer.observed(of: hypercall.number, $0)] ?? [] }
                        pairs.append(
                            Pair(
                                hypercall: hypercall, operation: operation, number: number, answer: answer,
                                tests: Self.best(names, hypercall, operation)))
                    }
                }
            }
        }
        self.pairs = pairs
        unknown = seen.keys.filter { !Self.isKnown($0) }.sorted { $0.text < $1.text }.map {
            ($0, seen[$0]?.first ?? "")
        }
    }

    /// What the tests of a report have seen.
    public init(_ report: TestReport) {
        self.init(
            report.suites.flatMap { suite in suite.tests.map { ("\(suite.name): \($0.name)", $0.answers) } })
    }

    /// Those that a test must see.
    public var reachable: [Pair] { pairs.filter { $0.answer.unreachable == nil } }
    /// Those that a test has seen.
    public var covered: [Pair] { reachable.filter { !$0.tests.isEmpty } }
    /// Those that no test has seen.
    public var uncovered: [Pair] { reachable.filter { $0.tests.isEmpty } }
    /// Those that no test of an ordinary domain can see.
    public var unreachable: [Pair] { pairs.filter { $0.answer.unreachable != nil } }

    private static func isKnown(_ answer: ObservedAnswer) -> Bool {
        guard let hypercall = HypercallCatalogue.hypercall(answer.hypercall) else {
            return answer.result == -XenError.notImplemented.rawValue
        }
        guard let operation = hypercall.operation(answer.operation) else { return false }
        return operation.answers.contains { $0.observed(of: hypercall.number, answer.operation) == answer }
    }

    /// The tests that are about an operation, before those that only use it.
    private static func best(
        _ names: [String], _ hypercall: CataloguedHypercall, _ operation: CataloguedOperation
    ) -> [String] {
        func distance(_ name: String) -> Int {
            guard name.contains(hypercall.name) else { return 2 }
            let words = operation.name.split { $0 == "," || $0 == " " }
            return words.contains { name.contains($0) } ? 0 : 1
        }
        let ranked = names.enumerated().sorted { (distance($0.element), $0.offset) < (distance($1.element), $1.offset) }
        return Array(ranked.map(\.element).prefix(maximumTests))
    }
}
