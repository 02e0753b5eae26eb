// SPDX-License-Identifier: MIT
import XenInterface

/// The pages of Documentation/Hypercalls: one for each hypercall that there is, and their index. Written from the catalogue, and
/// from the record of a run, which tells the tests.
public struct HypercallPages: Sendable {
    /// The tests that have seen an answer, by the pair's names.
    private let tests: [PairName: [String]]

    private struct PairName: Hashable {
        var hypercall: String
        var operation: String
        var answer: String
    }

    /// The pages that name the tests of a run.
    public init(_ record: CoverageRecord) {
        var tests: [PairName: [String]] = [:]
        for pair in record.pairs {
            let name = PairName(hypercall: pair.name, operation: pair.operationName, answer: pair.answer)
            for test in pair.tests where tests[name]?.contains(test) != true { tests[name, default: []].append(test) }
        }
        self.tests = tests
    }

    /// The names of the files, and what is in them.
    public var files: [(name: String, text: String)] {
        [("README.md", index)] + HypercallCatalogue.described.map { ("\($0.name).md", page($0)) }
    }

    /// The page of one hypercall.
    public func page(_ hypercall: CataloguedHypercall) -> String {
        var lines = ["# `\(hypercall.name)`", "", "Hypercall \(hypercall.number.rawValue). \(hypercall.purpose)", ""]
        lines += ["| Argument | 64-bit | 32-bit |", "|---|---|---|"]
        for (index, argument) in hypercall.arguments.enumerated() {
            lines.append("| \(argument) | \(Self.registers[index].0) | \(Self.registers[index].1) |")
        }
        lines += ["", "Every hypercall gives -EPERM to callers that are not at privilege level 0."]
        for operation in hypercall.operations { lines += section(of: operation, in: hypercall) }
        return (lines + ["", Self.origin]).joined(separator: "\n") + "\n"
    }

    /// The index of the pages.
    private var index: String {
        var lines = ["# Hypercalls, one by one", "", "How they are called: [Hypercalls](../Hypercalls.md).", ""]
        lines += ["| No. | Hypercall | |", "|--:|---|---|"]
        lines += HypercallCatalogue.described.map {
            "| \($0.number.rawValue) | [`\($0.name)`](\($0.name).md) | \($0.purpose) |"
        }
        let others = HypercallCatalogue.notImplemented.map { "\($0.number.rawValue) `\($0.name)`" }
        lines += [
            "", "With -ENOSYS are answered: \(others.joined(separator: ", ")); and every other number.", "",
            Self.origin,
        ]
        return lines.joined(separator: "\n") + "\n"
    }

    /// The registers of the arguments, of 64-bit and of 32-bit callers.
    private static let registers = [("RDI", "EBX"), ("RSI", "ECX"), ("RDX", "EDX"), ("R10", "ESI"), ("R8", "EDI")]

    private static let origin =
        "<!-- Written by `make documentation` from HostTools/HypercallCatalogue and coverage.json: change those. -->"

    private func section(of operation: CataloguedOperation, in hypercall: CataloguedHypercall) -> [String] {
        let numbers = operation.numbers.map(String.init).joined(separator: ", ")
        var lines = [""]
        if !operation.name.isEmpty { lines += ["## \(numbers.isEmpty ? "" : "\(numbers) ")\(operation.name)", ""] }
        var text = operation.purpose
        if let structure = operation.structure {
            text += " Structure: `\(structure.name)`, \(structure.size) bytes"
            text += structure.size == structure.compatSize ? "." : ", of a 32-bit caller \(structure.compatSize)."
        }
        let handler = operation.handler
        lines += ["\(text) Handler: [`\(handler.function)`](../../\(handler.path)).", ""]
        lines += ["| Answer | When | Tests |", "|---|---|---|"]
        for answer in operation.answers {
            let seen = tests[PairName(hypercall: hypercall.name, operation: operation.name, answer: answer.name)] ?? []
            let last = answer.unreachable.map { "none: \($0)" } ?? seen.map(Self.escaped).joined(separator: "; ")
            lines.append("| \(answer.name) | \(answer.condition) | \(last) |")
        }
        return lines
    }

    /// A test's name within a table.
    private static func escaped(_ name: String) -> String { name.replacing("|", with: "\\|") }
}

extension HypercallCatalogue {
    /// Those that are more than a number.
    public static var described: [CataloguedHypercall] {
        let others = Set(notImplemented.map(\.number))
        return all.filter { !others.contains($0.number) }
    }
}
