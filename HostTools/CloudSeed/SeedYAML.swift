// SPDX-License-Identifier: MIT
import Yams

/// YAML as far as a seed is looked at: the root, and what lies directly below it.
struct SeedYAML {
    private let node: Node

    /// Deeper documents have no use, and would only serve to exhaust the stack.
    private static let maximumDepth = 128

    /// A part as text.
    static func text(_ contents: [UInt8]) throws(SeedRule) -> String {
        guard let text = String(validating: contents, as: UTF8.self), !contents.contains(0) else {
            throw SeedRule("is not UTF-8 text")
        }
        return text
    }

    /// The root of a document; nil where it is empty.
    static func root(_ document: String) throws(SeedRule) -> SeedYAML? {
        try checkDepth(document)
        do {
            return try Yams.compose(yaml: document).map { SeedYAML(node: $0) }
        } catch let error as YamlError {
            throw rule(error)
        } catch {
            throw SeedRule("is no YAML")
        }
    }

    private static func rule(_ error: YamlError) -> SeedRule {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            SeedRule("is no YAML: \(problem)", line: mark.line)
        default: SeedRule("is no YAML")
        }
    }

    /// Counts brackets and dashes in front of a line, which is more than there is depth.
    private static func checkDepth(_ document: String) throws(SeedRule) {
        var brackets = 0
        for (number, line) in document.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .enumerated()
        {
            for byte in line {
                if "[{".utf8.contains(byte) { brackets += 1 }
                if "]}".utf8.contains(byte) { brackets = max(0, brackets - 1) }
            }
            let marks = line.prefix { " -?\t".utf8.contains($0) }
            guard brackets <= maximumDepth, marks.count <= 2 * maximumDepth else {
                throw SeedRule("is nested more than \(maximumDepth) deep", line: number + 1)
            }
        }
    }

    var isMapping: Bool { node.mapping != nil }
    var isSequence: Bool { node.sequence != nil }

    /// A text, number or truth value as it is written.
    var scalar: String? { node.scalar?.string }

    /// The line on which it begins.
    var line: Int? { node.mark?.line }

    /// What a key of a mapping leads to.
    func value(_ key: String) -> SeedYAML? {
        node.mapping?.first { $0.key.scalar?.string == key }.map { SeedYAML(node: $0.value) }
    }
}
