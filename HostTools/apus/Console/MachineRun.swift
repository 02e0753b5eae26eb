// SPDX-License-Identifier: MIT
import Emulator
import Foundation

/// A run of the hypervisor in an emulator, from its first line to its verdict.
struct MachineRun {
    var setup: MachineSetup
    var model: ProcessorModel
    /// Seconds until the run is ended.
    var timeout: Int

    /// What is known after a run.
    struct Result {
        var record: RunRecord
        var verdict: RunVerdict
        /// Where the processor stood, if the run had to be ended and the emulator can tell.
        var processor: [String]
        /// How long it took.
        var seconds: Double
    }

    /// Starts the emulator and hands over its console, each line as it came and in a form that is safe to show.
    func run(
        _ onLine: (_ raw: [UInt8], _ line: String) async throws -> Void
    ) async throws(CommandFailure) -> Result {
        let folder = try TemporaryFolder()
        let machine = try await setup.machine(model, in: folder)
        var record = RunRecord()
        let symbolizer = loadSymbols()
        let start = ContinuousClock.now
        do throws(EmulatorError) {
            let end = try await machine.run(in: folder.path, timeout: timeout) { raw in
                let plain = TerminalText.plain(raw)
                record.consume(ConsoleLine(plain))
                try await onLine(raw, await symbolizer?.annotate(plain) ?? plain)
            }
            let seconds = (ContinuousClock.now - start) / .seconds(1)
            let processor = await Self.describe(end.processor, symbolizer)
            return Result(record: record, verdict: record.verdict(end), processor: processor, seconds: seconds)
        } catch {
            throw Self.failure(error)
        }
    }

    private static func describe(_ processor: ProcessorState?, _ symbolizer: BacktraceSymbolizer?) async -> [String] {
        guard let processor else { return [] }
        return ["where the processor stood:"] + (await symbolizer?.describe(processor) ?? processor.lines)
    }

    /// Without symbols a backtrace shows addresses only: no reason not to run.
    private func loadSymbols() -> BacktraceSymbolizer? {
        do {
            return BacktraceSymbolizer(try SymbolTable(elf: try InputFile.read(setup.kernel.elf64)))
        } catch {
            Terminal.progress("warning: \(setup.kernel.elf64): backtraces will have no names: \(error)")
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
