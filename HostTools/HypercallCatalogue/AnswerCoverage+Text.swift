// SPDX-License-Identifier: MIT
import XenInterface

extension AnswerCoverage {
    /// The most pairs that are listed: where few suites have run, most are uncovered.
    static let maximumLines = 60

    /// The counts, and a line for each pair that is not covered or not catalogued.
    public var lines: [String] {
        var lines = ["pairs covered: \(covered.count) of \(reachable.count), and \(unreachable.count) out of reach"]
        if uncovered.count <= Self.maximumLines {
            lines += uncovered.map { "  uncovered: \($0.text)" }
        } else {
            lines.append("  uncovered: \(uncovered.count) pairs; --coverage FILE lists them")
        }
        lines += unknown.map { "  not in the catalogue: \($0.answer.text), seen by \($0.test)" }
        return lines
    }

    /// Whether every pair is covered that can be, and every answer is known.
    public var isComplete: Bool { uncovered.isEmpty && unknown.isEmpty }
}

extension AnswerCoverage.Pair {
    /// Such as `event_channel_op send: EINVAL`.
    public var text: String {
        var words = hypercall.name
        if !operation.name.isEmpty { words += " " + operation.name }
        if let number, operation.numbers.count > 1 { words += " (\(number))" }
        return "\(words): \(answer.name)"
    }
}

extension CataloguedAnswer {
    /// The name of the result: of an error that of Xen's header with a minus sign, of a status its number.
    public var name: String {
        switch result {
        case .success: "success"
        case .error(let error): "-\(error.name)"
        case .status(let status): "status \(status.rawValue)"
        case .element(nil): "element: success"
        case .element(let error?): "element: -\(error.name)"
        }
    }
}
