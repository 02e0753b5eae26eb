// SPDX-License-Identifier: MIT
import Emulator
import Foundation

/// A run of the hypervisor in the emulator, from its first line to its verdict.
struct MachineRun {
    var qemu: QEMU
    /// Seconds until the run is ended.
    var timeout: Int
    /// The hypervisor's ELF with symbols, for backtraces.
    var symbols: String

    /// What is known after a run.
    struct Result {
        var record: RunRecord
        var verdict: RunVerdict
        /// How long it took.
        var seconds: Double
    }

    /// Starts the emulator and hands over its console, each line as it came and in a form that is safe to show.
    func run(
        _ onLine: (_ raw: [UInt8], _ line: String) async throws -> Void
    ) async throws(CommandFailure) -> Result {
        var record = RunRecord()
        let symbolizer = loadSymbols()
        let start = ContinuousClock.now
        do throws(EmulatorError) {
            let run = EmulatorRun(arguments: qemu.arguments, timeout: timeout)
            let ending = try await run.run { raw in
                let plain = TerminalText.plain(raw)
                record.consume(ConsoleLine(plain))
                try await onLine(raw, await symbolizer?.annotate(plain) ?? plain)
            }
            let seconds = (ContinuousClock.now - start) / .seconds(1)
            return Result(record: record, verdict: record.verdict(ending), seconds: seconds)
        } catch {
            throw Self.failure(error)
        }
    }

    /// Without symbols a backtrace shows addresses only: no reason not to run.
    private func loadSymbols() -> BacktraceSymbolizer? {
        do {
            return BacktraceSymbolizer(try SymbolTable(elf: try InputFile.read(symbols)))
        } catch {
            Terminal.progress("warning: \(symbols): backtraces will have no names: \(error)")
            return nil
        }
    }

    private static func failure(_ error: EmulatorError) -> CommandFailure {
        switch error {
        case .notFound: CommandFailure(.emulatorMissing, "\(error)")
        case .interrupted: CommandFailure(.interrupted, "\(error)")
        case .failed: CommandFailure(.crash, "\(error)")
        }
    }
}

extension RunVerdict {
    /// The status that the command ends with after such a run.
    var exitStatus: ExitStatus {
        switch self {
        case .good: .good
        case .domainFailed, .hypervisorFailed, .emulatorFailed: .crash
        case .nothingStarted: .wrongInput
        case .timedOut: .timeout
        }
    }
}
