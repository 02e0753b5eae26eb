// SPDX-License-Identifier: MIT

/// A test that is meant to come out otherwise on Apus than on Xen, with the reason: a row of the table in
/// `Documentation/Differences.md`.
public struct KnownDifference: Sendable, Equatable {
    /// `suite: test`.
    public var test: String
    /// The verdict on Xen, a word of the comparison.
    public var xen: String
    /// The verdict on Apus.
    public var apus: String
    public var reason: String

    /// The name of its suite, without that of a guest.
    public var suite: String { String(test.prefix { $0 != ":" && $0 != "/" }) }

    /// The lines between which the table stands.
    static let marks = (start: "<!-- differing tests -->", end: "<!-- end of differing tests -->")

    /// The table's heading.
    static let heading = ["Test", "Xen", "Apus", "Reason"]

    /// Reads the table out of a Markdown text.
    ///
    /// It is read strictly: marks, heading and four columns as they are written here, verdicts that are known and differ, a reason in
    /// each row, no test twice.
    public static func list(in text: String) throws(KnownDifferenceError) -> [KnownDifference] {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let starts = lines.indices.filter { lines[$0] == marks.start }
        let ends = lines.indices.filter { lines[$0] == marks.end }
        guard starts.count == 1, ends.count == 1, starts[0] < ends[0] else {
            throw KnownDifferenceError(line: 1, "there must be one table between \(marks.start) and \(marks.end)")
        }
        var list: [KnownDifference] = []
        var rows = 0
        for index in lines.index(after: starts[0])..<ends[0] where !lines[index].isEmpty {
            rows += 1
            let cells = try cells(of: lines[index], line: index + 1)
            if rows == 1, cells != heading { throw KnownDifferenceError(line: index + 1, "not the table's heading") }
            if rows == 2, !cells.allSatisfy({ $0.hasPrefix("---") }) {
                throw KnownDifferenceError(line: index + 1, "not the line below the heading")
            }
            guard rows > 2 else { continue }
            let row = try KnownDifference(cells, line: index + 1)
            guard !list.contains(where: { $0.test == row.test }) else {
                throw KnownDifferenceError(line: index + 1, "the test stands there twice")
            }
            list.append(row)
        }
        return list
    }

    private init(_ cells: [String], line: Int) throws(KnownDifferenceError) {
        (test, xen, apus, reason) = (cells[0], cells[1], cells[2], cells[3])
        guard ["ok", "skipped"].contains(xen) else {
            throw KnownDifferenceError(
                line: line, "Xen's verdict must be ok or skipped: where it fails a test, the test is wrong")
        }
        guard ["ok", "skipped", "FAILED"].contains(apus), apus != xen else {
            throw KnownDifferenceError(
                line: line, "the verdict of Apus must be ok, skipped or FAILED, and not that of Xen")
        }
        guard test.contains(": "), !reason.isEmpty else {
            throw KnownDifferenceError(line: line, "a test, as \"suite: test\", and a reason must be given")
        }
    }

    /// The cells of a row. A vertical bar inside of one is written `\|`.
    private static func cells(of line: Substring, line number: Int) throws(KnownDifferenceError) -> [String] {
        let hidden = line.replacing("\\|", with: "\u{0}")
        let cells = hidden.split(separator: "|", omittingEmptySubsequences: false).map { cell in
            String(cell.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()).replacing("\u{0}", with: "|")
        }
        guard cells.count == heading.count + 2, cells.first == "", cells.last == "" else {
            throw KnownDifferenceError(line: number, "a row must have \(heading.count) columns between vertical bars")
        }
        return Array(cells.dropFirst().dropLast())
    }
}

/// Why the table of differing tests cannot be read.
public struct KnownDifferenceError: Error, Equatable, CustomStringConvertible {
    /// The line of the text, from 1.
    public var line: Int
    /// What is wrong with it.
    public var reason: String

    /// `line N: what is wrong`.
    public var description: String { "line \(line): \(reason)" }

    init(line: Int, _ reason: String) {
        self.line = line
        self.reason = reason
    }
}
