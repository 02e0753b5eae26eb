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
    private let line = ProgressLine()
    private let interval: Duration
    private let state: Mutex<State>

    /// A display for work on `total` bytes.
    init(_ label: String, total: Int64) {
        self.label = label
        self.total = total
        interval = line.isTerminal ? .milliseconds(100) : .seconds(10)
        state = Mutex(State(next: .now + (line.isTerminal ? .milliseconds(300) : .seconds(10))))
    }

    /// What the work is to tell.
    var progress: WorkProgress { WorkProgress { [self] count in advance(by: count) } }

    /// Takes the bar away, so that what comes next begins a line.
    func finish() {
        state.withLock { state in
            if state.isShown { line.erase() }
            state.isShown = false
        }
    }

    private func advance(by count: Int) {
        state.withLock { state in
            state.done += Int64(count)
            guard ContinuousClock.now >= state.next else { return }
            state.next = .now + interval
            state.isShown = true
            line.show(total > 0 ? Double(state.done) / Double(total) : 1, label: label, of: Self.size(total))
        }
    }

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
