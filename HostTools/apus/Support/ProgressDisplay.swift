// SPDX-License-Identifier: MIT
import FileTree
import Foundation
import Synchronization

/// Shows on standard error how far long work is: a bar on a terminal, else a line every ten seconds.
///
/// Work that is done at once shows nothing.
final class ProgressDisplay: Sendable {
    private struct State {
        var done: Int64 = 0
        var next: ContinuousClock.Instant
        var isShown = false
    }

    private let label: String
    private let total: Int64
    private let isTerminal: Bool
    private let interval: Duration
    private let state: Mutex<State>

    /// A display for work on `total` bytes.
    init(_ label: String, total: Int64) {
        self.label = label
        self.total = total
        isTerminal = isatty(STDERR_FILENO) == 1 && ProcessInfo.processInfo.environment["TERM"] != "dumb"
        interval = isTerminal ? .milliseconds(100) : .seconds(10)
        state = Mutex(State(next: .now + (isTerminal ? .milliseconds(300) : .seconds(10))))
    }

    /// What the work is to tell.
    var progress: WorkProgress { WorkProgress { [self] count in advance(by: count) } }

    /// Takes the bar away, so that what comes next begins a line.
    func finish() {
        state.withLock { state in
            if state.isShown, isTerminal { write("\r\u{1B}[K") }
            state.isShown = false
        }
    }

    private func advance(by count: Int) {
        state.withLock { state in
            state.done += Int64(count)
            guard ContinuousClock.now >= state.next else { return }
            state.next = .now + interval
            state.isShown = true
            write(isTerminal ? "\r\(bar(state.done))\u{1B}[K" : "apus: \(label): \(share(state.done))\n")
        }
    }

    private func share(_ done: Int64) -> String {
        let percent = total > 0 ? min(100, done * 100 / total) : 100
        return "\(percent) % of \(Self.size(total))"
    }

    private func bar(_ done: Int64) -> String {
        let width = 30
        let filled = total > 0 ? Int(min(total, done) * Int64(width) / total) : width
        let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: width - filled)
        return "\(label) [\(bar)] \(share(done))"
    }

    private func write(_ text: String) { try? FileHandle.standardError.write(contentsOf: Data(text.utf8)) }

    /// A number of bytes for people.
    static func size(_ bytes: Int64) -> String {
        var value = Double(bytes)
        for unit in ["bytes", "KiB", "MiB", "GiB"] {
            if value < 1024 { return unit == "bytes" ? "\(bytes) bytes" : "\(String(format: "%.1f", value)) \(unit)" }
            value /= 1024
        }
        return "\(String(format: "%.1f", value)) TiB"
    }
}
