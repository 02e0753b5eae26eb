// SPDX-License-Identifier: MIT
import Emulator

/// Shows the console of a run on standard output.
struct ConsoleDisplay {
    /// Whether the guests' bytes are passed on as they are.
    var isRaw: Bool
    /// Whether the speakers' names are coloured.
    var isColoured: Bool

    /// Shows a line.
    /// - Throws: when nobody reads any more.
    func show(raw: [UInt8], line: String) throws {
        if isRaw { return try Terminal.output(raw: raw) }
        // A line of nothing but escape sequences, as boot loaders print them.
        if line.isEmpty, !raw.isEmpty { return }
        try Terminal.output(isColoured ? coloured(line) : line)
    }

    private func coloured(_ line: String) -> String {
        switch ConsoleLine(line) {
        case .hypervisor(let text): "\u{1B}[36m(apus)\u{1B}[0m \(text)"
        case .domain(let number, let text): "\u{1B}[\(32 + number % 4)m(d\(number))\u{1B}[0m \(text)"
        case .other: line
        }
    }
}
