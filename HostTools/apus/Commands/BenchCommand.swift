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
            with the hypervisor's own checks off. The figures are exact: the same build gives the same numbers. QEMU
            counts for AMD, Bochs for Intel.

            Examples:
              apus bench
              apus bench --format json --output bench.json
              apus bench --cpu intel
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
        let models = try options.models(needs: [.instructionCounting])
        guard models.count == 1 || (format == .human && output == nil) else {
            throw CommandFailure.input(
                "--format json and --output go with one processor; name it with --cpu or --model")
        }
        let kernel = try Locations.kernel(options.kernel)
        let suite = TestSuite(name: "benchmark", members: [TestSuite.Member(guest: "benchmark")])
        let plan = try BootPlan(try suite.load())
        let setup = MachineSetup(
            source: .guests(plan, commandLine: "checks=off"), kernel: kernel, memory: try plan.memory(asked: nil),
            mainboard: options.machine ?? .q35, countsInstructions: true)
        for model in models {
            Terminal.progress("counting instructions on \(model.name) (\(model.summary))")
            try write(try await measure(setup, on: model), of: model)
        }
    }

    private func measure(_ setup: MachineSetup, on model: ProcessorModel) async throws -> [Measurement] {
        var measurements: [Measurement] = []
        var lastLines: [String] = []
        let run = MachineRun(setup: setup, model: model, timeout: options.timeout)
        let result = try await run.run { _, line in
            lastLines = lastLines.suffix(19) + [line]
            if let measurement = Measurement(ConsoleLine(line)) { measurements.append(measurement) }
        }
        guard result.verdict == .good, !measurements.isEmpty else {
            for line in lastLines + result.processor { Terminal.error(line) }
            let status = result.verdict == .good ? ExitStatus.testFailed : result.verdict.exitStatus
            throw CommandFailure(status, "nothing to report: \(result.verdict.message)")
        }
        return measurements
    }

    private func write(_ measurements: [Measurement], of model: ProcessorModel) throws {
        // QEMU's figures stand beside those of other hypervisors; the guest's clock in Bochs is a measure of its own.
        let field = if case .bochs = model { "ticks" } else { "apus" }
        let text =
            format == .json ? Measurement.json(measurements, field: field) : Measurement.table(measurements)
        guard let output else { return try Terminal.output(text) }
        // A file gets what was asked for; the reader at the terminal sees the table in any case.
        try Terminal.output(Measurement.table(measurements))
        try InputFile.write(Array((text + "\n").utf8), to: output)
    }
}
