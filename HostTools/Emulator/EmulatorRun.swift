// SPDX-License-Identifier: MIT
import Subprocess
import Synchronization

/// One run of an emulator, from its start until the process is gone.
public struct EmulatorRun: Sendable {
    /// How the emulator's process ended.
    public enum Ending: Sendable, Equatable {
        /// It ended itself with this status.
        case exited(Int)
        /// A signal ended it.
        case signalled(Int)
        /// It was killed when the time was up.
        case timedOut(seconds: Int)
    }

    /// The program: a name that is looked up on PATH, or a path.
    public var program: String
    public var arguments: [String]
    /// Seconds until the emulator is killed.
    public var timeout: Int
    /// Whether it is interrupted (SIGINT, several times) before it is killed, so that it can still say something.
    public var isInterruptedFirst: Bool

    /// A run; see the properties.
    public init(
        program: String = QEMU.program, arguments: [String], timeout: Int, isInterruptedFirst: Bool = false
    ) {
        self.program = program
        self.arguments = arguments
        self.timeout = timeout
        self.isInterruptedFirst = isInterruptedFirst
    }

    /// It is interrupted as often as this, so many milliseconds apart: Bochs needs one for each command that lets it go on.
    private static let interruptions = (count: 100, pause: 100)

    /// Starts the emulator, hands over its console line by line as it prints, and waits for its end.
    ///
    /// Its messages go to standard error. When the task is cancelled or `onLine` throws, the emulator is killed.
    /// No process is left when this returns.
    public func run(onLine: ([UInt8]) async throws -> Void) async throws(EmulatorError) -> Ending {
        let hasTimedOut = Timeout()
        var options = PlatformOptions()
        // A group of its own: a terminal's Ctrl-C reaches only us, and we end whatever the emulator started.
        options.processGroupID = 0
        var watchdog: Task<Void, any Error>?
        defer { watchdog?.cancel() }
        do {
            let result = try await Subprocess.run(
                program.contains("/") ? .path(.init(program)) : .name(program), arguments: Arguments(arguments),
                platformOptions: options, input: .none, output: .sequence, error: .currentStandardError
            ) { execution in
                watchdog = Task { [timeout, isInterruptedFirst] in
                    try await Task.sleep(for: .seconds(timeout))
                    hasTimedOut.set()
                    for _ in 0..<(isInterruptedFirst ? Self.interruptions.count : 0) {
                        try execution.send(signal: .interrupt)
                        try await Task.sleep(for: .milliseconds(Self.interruptions.pause))
                    }
                    try execution.send(signal: .kill, toProcessGroup: true)
                }
                do {
                    try await Self.forward(execution.standardOutput, to: onLine)
                } catch {
                    try? execution.send(signal: .kill, toProcessGroup: true)
                    throw error
                }
            }
            if Task.isCancelled { throw EmulatorError.interrupted }
            return hasTimedOut.value ? .timedOut(seconds: timeout) : Self.ending(result.terminationStatus)
        } catch let error as SubprocessError {
            throw failure(error)
        } catch {
            throw .interrupted
        }
    }

    nonisolated(nonsending) private static func forward(
        _ output: SubprocessOutputSequence, to onLine: ([UInt8]) async throws -> Void
    ) async throws {
        var lines = LineAssembler()
        for try await buffer in output {
            // SAFETY: the bytes are copied into an array before the buffer's memory can go away.
            let chunk = unsafe buffer.withUnsafeBytes { bytes in unsafe Array(bytes) }
            for line in lines.consume(chunk) { try await onLine(line) }
        }
        if let rest = lines.finish() { try await onLine(rest) }
    }

    private static func ending(_ status: TerminationStatus) -> Ending {
        switch status {
        case .exited(let code): .exited(Int(code))
        case .signaled(let signal): .signalled(Int(signal))
        }
    }

    private func failure(_ error: SubprocessError) -> EmulatorError {
        if Task.isCancelled { return .interrupted }
        return error.code == .executableNotFound
            ? .notFound(program: program) : .failed(program: program, reason: String(describing: error))
    }

    /// A flag that the watchdog sets and the run reads.
    private final class Timeout: Sendable {
        private let flag = Atomic(false)

        func set() { flag.store(true, ordering: .releasing) }

        var value: Bool { flag.load(ordering: .acquiring) }
    }
}
