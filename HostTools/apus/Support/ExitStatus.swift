// SPDX-License-Identifier: MIT
import Foundation

/// The statuses that the command ends with, the same for every subcommand.
enum ExitStatus: Int32 {
    case good = 0
    /// A test failed.
    case testFailed = 1
    /// The command line or an input file is wrong.
    case wrongInput = 2
    /// A guest or the hypervisor crashed.
    case crash = 3
    /// The time was up.
    case timeout = 4
    /// The emulator is not installed.
    case emulatorMissing = 5
    /// Ended by Ctrl-C or a signal: 128 and the number of SIGINT, as shells have it.
    case interrupted = 130

    /// Ends the process.
    func leave() -> Never { exit(rawValue) }
}

/// An error that ends the command, with its message and its status.
struct CommandFailure: Error {
    var status: ExitStatus
    /// What to print on standard error; empty when everything has been said.
    var message: String

    init(_ status: ExitStatus, _ message: String) {
        self.status = status
        self.message = message
    }

    /// An input that cannot be used.
    static func input(_ message: String) -> CommandFailure { CommandFailure(.wrongInput, message) }

    /// Does what a library offers; its errors, which name the input and the reason, become wrong input.
    static func asInput<Value, Failure: Error & CustomStringConvertible>(
        _ body: () throws(Failure) -> Value
    ) throws(CommandFailure) -> Value {
        do throws(Failure) { return try body() } catch {
            if Task.isCancelled { throw CommandFailure(.interrupted, "interrupted; nothing is left behind") }
            throw .input(error.description)
        }
    }
}
