// SPDX-License-Identifier: MIT
import Foundation
import Testing

@testable import HypercallCatalogue

@Suite("The pages of the hypercalls")
struct HypercallPagesTests {
    private static let folder = CatalogueTests.root.appending(path: "Documentation/Hypercalls")

    private func committed() throws -> CoverageRecord {
        try CoverageRecord(json: Data(contentsOf: Self.folder.appending(path: "coverage.json")))
    }

    @Test("are those of the catalogue and of the run that is recorded beside them: else make documentation")
    func pages() throws {
        for file in HypercallPages(try committed()).files {
            let text = try String(contentsOf: Self.folder.appending(path: file.name), encoding: .utf8)
            #expect(text == file.text, "\(file.name) is not up to date: make documentation")
        }
    }

    @Test("are all the pages there are")
    func noOthers() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
        let expected = HypercallPages(try committed()).files.map(\.name) + ["coverage.json"]
        #expect(Set(names) == Set(expected))
    }

    @Test("tell of a run that saw every answer that can be seen, and no other")
    func record() throws {
        let record = try committed()
        let catalogue = CoverageRecord(AnswerCoverage([]))
        #expect(
            record.pairs.map { "\($0.name) \($0.operationName) \($0.answer)" }
                == catalogue.pairs.map { "\($0.name) \($0.operationName) \($0.answer)" })
        #expect(record.covered == record.reachable)
        #expect(record.unknown.isEmpty)
    }
}
