// SPDX-License-Identifier: MIT
import Dispatch
import Foundation

/// Turns Ctrl-C and its like into the cancellation of a task, so that the emulator and temporary files go with us.
enum Interruption {
    /// Runs the body; a signal that asks us to end cancels it.
    static func cancelling(_ body: sending @escaping () async throws -> Void) async throws {
        // A reader of our output that goes away is an error when we write, not a signal that kills us.
        _ = signal(SIGPIPE, SIG_IGN)
        let task = Task { try await body() }
        // A queue of its own: work that uses all processors must not keep the signal waiting.
        let queue = DispatchQueue(label: "signals")
        let sources = [SIGINT, SIGTERM, SIGHUP].map { number in
            // The dispatch source hears of the signal although its default action is off.
            _ = signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler { task.cancel() }
            source.resume()
            return source
        }
        defer { for source in sources { source.cancel() } }
        try await task.value
    }
}
