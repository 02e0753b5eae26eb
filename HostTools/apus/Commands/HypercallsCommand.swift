// SPDX-License-Identifier: MIT
import ArgumentParser
import Foundation
import HypercallCatalogue
import TestReport

/// `apus hypercalls`: what the hypervisor answers, from the catalogue that tests are measured by.
struct HypercallsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hypercalls",
        abstract: "Show what hypercalls answer, and when.",
        discussion: """
            Examples:
              apus hypercalls                       the list of them
              apus hypercalls event_channel_op      one of them, with each of its answers
              apus hypercalls --coverage coverage.json --output Documentation/Hypercalls
                                                    a page for each, with the tests of a recorded run
            """.paragraphs)

    @Argument(help: "A hypercall's name (default: all of them, in a list).")
    var name: String?

    @Option(
        help: ArgumentHelp("What `apus test --coverage` has written: the pages name its tests.", valueName: "file"),
        completion: .file())
    var coverage: String?

    @Option(help: ArgumentHelp("The folder that a page for each is written to.", valueName: "folder"))
    var output: String?

    func run() throws {
        let pages = HypercallPages(try record())
        if let output {
            for file in pages.files { try InputFile.write(Array(file.text.utf8), to: "\(output)/\(file.name)") }
            return Terminal.progress("\(output): \(pages.files.count) pages")
        }
        guard let name else {
            let lines = HypercallCatalogue.described.map { "\($0.number.rawValue)\t\($0.name)\t\($0.purpose)" }
            return try Terminal.output(lines.joined(separator: "\n"))
        }
        guard let hypercall = HypercallCatalogue.all.first(where: { $0.name == name }) else {
            throw CommandFailure.input("\(name): no such hypercall; apus hypercalls lists them")
        }
        try Terminal.output(pages.page(hypercall))
    }

    private func record() throws -> CoverageRecord {
        guard let coverage else {
            return CoverageRecord(AnswerCoverage([(name: String, answers: Set<ObservedAnswer>)]()))
        }
        let bytes = try InputFile.read(coverage)
        do {
            return try CoverageRecord(json: Data(bytes))
        } catch {
            throw CommandFailure.input("\(coverage): not written by apus test --coverage: \(error)")
        }
    }
}
