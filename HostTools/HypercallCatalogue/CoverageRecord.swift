// SPDX-License-Identifier: MIT
import Foundation

/// A run's coverage in a form for programs, and for the pages, which name the tests.
public struct CoverageRecord: Codable, Sendable, Equatable {
    /// One pair.
    public struct Pair: Codable, Sendable, Equatable {
        /// The hypercall's number.
        public var hypercall: UInt32
        /// The hypercall's name.
        public var name: String
        /// The operation's number; absent for "any other number", and of a hypercall without operations.
        public var operation: UInt32?
        /// The operation's name.
        public var operationName: String
        /// The answer: `success`, `-EINVAL`, `status -3`, `element: -EPERM`.
        public var answer: String
        /// The first tests that have seen it.
        public var tests: [String]
        /// Why no test can see it.
        public var unreachable: String?
    }

    /// Pairs that tests have seen.
    public var covered: Int
    /// Pairs that tests must see.
    public var reachable: Int
    /// All pairs of the catalogue.
    public var pairs: [Pair]
    /// Answers that the catalogue does not know, such as `32.4:-22`.
    public var unknown: [String]

    /// The record of a run.
    public init(_ coverage: AnswerCoverage) {
        covered = coverage.covered.count
        reachable = coverage.reachable.count
        pairs = coverage.pairs.map(Pair.init)
        unknown = coverage.unknown.map(\.answer.text)
    }

    /// Reads a record.
    /// - Throws: what JSONDecoder throws.
    public init(json: Data) throws { self = try JSONDecoder().decode(CoverageRecord.self, from: json) }

    /// The record as JSON, in an order that does not change.
    /// - Throws: what JSONEncoder throws.
    public func json() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(self) + Data("\n".utf8)
    }
}

extension CoverageRecord.Pair {
    init(_ pair: AnswerCoverage.Pair) {
        self.init(
            hypercall: pair.hypercall.number.rawValue, name: pair.hypercall.name, operation: pair.number,
            operationName: pair.operation.name, answer: pair.answer.name, tests: pair.tests,
            unreachable: pair.answer.unreachable)
    }
}
