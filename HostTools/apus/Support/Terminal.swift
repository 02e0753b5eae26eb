// SPDX-License-Identifier: MIT
import Foundation

/// What the command prints, and where: results on standard output, progress and errors on standard error.
enum Terminal {
    /// Whether colours may be used on standard output (https://no-color.org).
    static var isColoured: Bool {
        isatty(STDOUT_FILENO) == 1 && (ProcessInfo.processInfo.environment["NO_COLOR"] ?? "").isEmpty
    }

    /// A line of results.
    /// - Throws: when nobody reads standard output any more.
    static func output(_ text: String) throws {
        try FileHandle.standardOutput.write(contentsOf: Data((text + "\n").utf8))
    }

    /// A document for machines, its keys in order.
    static func output(json document: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try output(raw: [UInt8](try encoder.encode(document)))
    }

    /// Bytes as they are, and a line end.
    static func output(raw line: [UInt8]) throws {
        try FileHandle.standardOutput.write(contentsOf: Data(line + [UInt8(ascii: "\n")]))
    }

    /// A line about what is being done.
    static func progress(_ text: String) { error("apus: \(text)") }

    /// A line on standard error.
    static func error(_ text: String) {
        // A lost message must not hide the reason for it.
        try? FileHandle.standardError.write(contentsOf: Data((text + "\n").utf8))
    }
}
