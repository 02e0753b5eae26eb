// SPDX-License-Identifier: MIT

/// A place in a configuration file.
public struct SourcePosition: Equatable, Sendable {
    /// The file's name as the user gave it.
    public let file: String

    /// The line, counted from 1.
    public let line: Int

    /// The column, counted from 1 in Unicode scalars.
    public let column: Int
}

/// Something wrong with a configuration file: thrown where it stops the build, else collected as a warning.
public struct ConfigurationProblem: Error, Equatable, CustomStringConvertible, Sendable {
    /// Where it is.
    public let position: SourcePosition

    /// What is wrong.
    public let problem: String

    /// What to do about it.
    public let advice: String

    /// `file:line:column: what is wrong; what to do`.
    public var description: String {
        "\(position.file):\(position.line):\(position.column): \(problem); \(advice)"
    }

    init(_ problem: String, advice: String, at position: SourcePosition) {
        self.problem = problem
        self.advice = advice
        self.position = position
    }
}
