// SPDX-License-Identifier: MIT
import Foundation

/// A line on standard error that tells how far long work is: a bar that is drawn again in its place on a terminal, else one line after
/// the other.
struct ProgressLine {
    /// Whether it is drawn in its place.
    let isTerminal = isatty(STDERR_FILENO) == 1 && ProcessInfo.processInfo.environment["TERM"] != "dumb"

    /// Shows what part of the work is done, from 0 to 1.
    ///
    /// - Parameters:
    ///   - label: what the work is about, if it is not plain from the command.
    ///   - total: how much it is in all, if that is known.
    func show(_ fraction: Double, label: String? = nil, of total: String? = nil) {
        let percent = Int(min(max(fraction, 0), 1) * 100)
        let share = "\(percent) %" + (total.map { " of \($0)" } ?? "")
        guard isTerminal else { return Terminal.progress((label.map { "\($0): " } ?? "") + share) }
        let width = 30
        let filled = percent * width / 100
        let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: width - filled)
        write("\r" + (label.map { "\($0) " } ?? "") + "[\(bar)] \(share)\u{1B}[K")
    }

    /// Takes the bar away, so that what comes next begins a line.
    func erase() {
        if isTerminal { write("\r\u{1B}[K") }
    }

    private func write(_ text: String) { try? FileHandle.standardError.write(contentsOf: Data(text.utf8)) }
}
