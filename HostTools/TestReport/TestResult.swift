// SPDX-License-Identifier: MIT

/// One test of a report.
public struct TestResult: Sendable, Equatable {
    /// How a test came out.
    public enum Outcome: Sendable, Equatable {
        case passed
        case failed
        /// Not run, or not counted, for the reason given: KTAP's directives SKIP and TODO.
        case skipped(reason: String)
    }

    /// What the test states.
    public var name: String
    /// How it came out.
    public var outcome: Outcome
    /// Lines that explain the result.
    public var diagnostics: [String]
    /// What the hypervisor has answered the test, if it passed and its guest tells.
    public var answers: Set<ObservedAnswer> = []

    /// A result with its explanation.
    public init(name: String, outcome: Outcome, diagnostics: [String] = []) {
        self.name = name
        self.outcome = outcome
        self.diagnostics = diagnostics
    }
}
