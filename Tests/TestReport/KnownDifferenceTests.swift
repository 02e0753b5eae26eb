// SPDX-License-Identifier: MIT
import Foundation
import Testing

@testable import TestReport

@Suite("The table of differing tests")
struct KnownDifferenceTests {
    static func page(_ rows: String..., heading: String = "| Test | Xen | Apus | Reason |") -> String {
        (["# Title", KnownDifference.marks.start, heading, "|---|---|---|---|"] + rows + [KnownDifference.marks.end])
            .joined(separator: "\n")
    }

    @Test("is read row by row")
    func rows() throws {
        let list = try KnownDifference.list(
            in: Self.page("| a: x \\| y | ok | skipped | no rings |", "| b/c: z | skipped | FAILED | later |"))
        #expect(list.map(\.test) == ["a: x | y", "b/c: z"])
        #expect(list.map(\.xen) == ["ok", "skipped"])
        #expect(list.map(\.apus) == ["skipped", "FAILED"])
        #expect(list.map(\.reason) == ["no rings", "later"])
        #expect(list.map(\.suite) == ["a", "b"])
        #expect(try KnownDifference.list(in: Self.page()).isEmpty)
    }

    @Test(
        "is refused where it is not written as it should be",
        arguments: [
            ("| a: x | ok | skipped |", "columns"), ("a: x | ok | skipped | r", "columns"),
            ("| a: x | FAILED | ok | r |", "the test is wrong"), ("| a: x | passed | ok | r |", "Xen's verdict"),
            ("| a: x | ok | ok | r |", "not that of Xen"), ("| a: x | ok | no | r |", "of Apus"),
            ("| a: x | ok | skipped | |", "reason"), ("| x | ok | skipped | r |", "suite: test"),
            ("| a: x | ok | skipped | r |\n| a: x | skipped | ok | r |", "twice"),
        ])
    func refusals(rows: String, reason: String) {
        #expect {
            try KnownDifference.list(in: Self.page(rows))
        } throws: { error in
            (error as? KnownDifferenceError).map { $0.line >= 5 && $0.reason.contains(reason) } ?? false
        }
    }

    @Test("must be there once, with its heading")
    func marks() {
        let twice = Self.page() + "\n" + Self.page()
        for text in ["", "# Title", twice, Self.page(heading: "| Test | Apus | Xen | Reason |")] {
            #expect(throws: KnownDifferenceError.self) { try KnownDifference.list(in: text) }
        }
    }

    @Test("of the documentation can be read")
    func documentation() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let text = try String(contentsOf: root.appendingPathComponent("Documentation/Differences.md"), encoding: .utf8)
        #expect(try KnownDifference.list(in: text).allSatisfy { !$0.reason.isEmpty })
    }
}
