// SPDX-License-Identifier: MIT
import Diagnostics
import Synchronization
import Testing

/// The lines that the hypervisor has written during one test: `log` and `d1`, `d2` ... say where.
final class Recorder: Sendable {
    @TaskLocal static var current: Recorder?

    private let storage = Mutex<[(place: String, text: String)]>([])

    /// Notes a line.
    func append(_ place: String, _ message: Message) {
        var bytes: [UInt8] = []
        for index in 0..<message.count { bytes.append(message.bytes[index]) }
        let text = String(decoding: bytes, as: UTF8.self)
        storage.withLock { $0.append((place, text)) }
    }

    /// The lines of one place so far.
    static func lines(of place: String) -> [String] {
        current?.storage.withLock { lines in lines.filter { $0.place == place }.map(\.text) } ?? []
    }
}

/// Gives every test of a suite a recorder of its own, as tests run at the same time.
struct Recording: SuiteTrait, TestTrait, TestScoping {
    var isRecursive: Bool { true }

    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        try await Recorder.$current.withValue(Recorder()) { try await function() }
    }
}

extension Trait where Self == Recording {
    /// Keeps what the hypervisor writes, for the test to look at.
    static var recording: Recording { Recording() }
}
