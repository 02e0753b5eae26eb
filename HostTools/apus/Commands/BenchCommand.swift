// SPDX-License-Identifier: MIT
import ArgumentParser
import Emulator

/// `apus bench`: counts instructions.
struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Count the instructions that hypercalls, exits and the boot take.",
        discussion: """
            The benchmark guest runs in an emulator that advances the time-stamp counter by one for each instruction,
            with the hypervisor's own checks off. The figures are exact: the same build gives the same numbers.

            Examples:
              apus bench
              apus bench --format json --output bench.json
            """)

    /// The form of the result.
    enum Format: String, ExpressibleByArgument, CaseIterable {
        case human, json
    }

    @Option(help: "The result's form: human or json.")
    var format: Format = .human

    @Option(
        help: ArgumentHelp("Where the result goes (default: standard output).", valueName: "file"), completion: .file())
    var output: String?

    @OptionGroup var options: MachineOptions

    func run() async throws {
        let kernel = try Locations.kernel(options.kernel)
        let suite = TestSuite(name: "benchmark", members: [TestSuite.Member(guest: "benchmark")])
        let plan = try BootPlan(try suite.load())
        let temporary = try TemporaryFolder()
        let modules = try plan.files(in: temporary).map { QEMU.Module(path: $0) }
        let qemu = QEMU(
            boot: .kernel(path: kernel.elf32, commandLine: "checks=off", modules: modules), machine: options.machine,
            memory: try plan.memory(asked: nil), countsInstructions: true)
        Terminal.progress("counting instructions")
        var measurements: [Measurement] = []
        var lastLines: [String] = []
        let run = MachineRun(qemu: qemu, timeout: options.timeout, symbols: kernel.elf64)
        let result = try await run.run { _, line in
            lastLines = lastLines.suffix(19) + [line]
            if let measurement = Measurement(ConsoleLine(line)) { measurements.append(measurement) }
        }
        guard result.verdict == .good, !measurements.isEmpty else {
            for line in lastLines { Terminal.error(line) }
            let status = result.verdict == .good ? ExitStatus.testFailed : result.verdict.exitStatus
            throw CommandFailure(status, "nothing to report: \(result.verdict.message)")
        }
        try write(measurements)
    }

    private func write(_ measurements: [Measurement]) throws {
        guard let output else {
            return try Terminal.output(
                format == .json ? Measurement.json(measurements) : Measurement.table(measurements))
        }
        // A file gets what was asked for; the reader at the terminal sees the table in any case.
        try Terminal.output(Measurement.table(measurements))
        let text = format == .json ? Measurement.json(measurements) : Measurement.table(measurements)
        try InputFile.write(Array((text + "\n").utf8), to: output)
    }
}
