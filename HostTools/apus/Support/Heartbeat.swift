// SPDX-License-Identifier: MIT

/// Tells every quarter of a minute that long work still goes on, where nothing is known of how much there is to do.
enum Heartbeat {
    /// Does the work.
    /// - Parameter label: what the line says before the seconds that have gone by.
    static func during<Result, Failure: Error>(
        _ label: String, _ body: () async throws(Failure) -> Result
    ) async throws(Failure) -> Result {
        let start = ContinuousClock.now
        let beat = Task {
            while (try? await Task.sleep(for: .seconds(15))) != nil {
                Terminal.progress("\(label): \((ContinuousClock.now - start).components.seconds) s")
            }
        }
        defer { beat.cancel() }
        return try await body()
    }
}
