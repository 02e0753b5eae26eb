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
            counts for AMD, Bochs for Intel. With --xen the same guests run on Debian's Xen 4.17 in the same QEMU, and
            its figures stand beside ours; they are kept, as such a run takes minutes.

            Examples:
              apus bench
              apus bench --xen
              apus bench --baseline Tests/Benchmarks/baseline.json    fails where a figure has grown by more than 5 %
              apus bench --format json --output bench.json
              apus bench --cpu intel
            """.paragraphs)

    /// The form of the result.
    enum Format: String, ExpressibleByArgument, CaseIterable {
        case human, json
    }

    @Option(help: "The result's form: human or json.")
    var format: Format = .human

    @Option(
        help: ArgumentHelp("Where the result goes (default: standard output).", valueName: "file"), completion: .file())
    var output: String?

    @Flag(help: "Compare with Debian's Xen, which is fetched the first time.")
    var xen = false

    @Option(
        help: ArgumentHelp("Earlier figures, in the JSON form, that must not be exceeded.", valueName: "file"),
        completion: .file())
    var baseline: String?

    @OptionGroup var options: MachineOptions

    func run() async throws {
        let models = try options.models(needs: [.instructionCounting])
        guard models.count == 1 || (format == .human && output == nil) else {
            throw CommandFailure.input(
                "--format json and --output go with one processor; name it with --cpu or --model")
        }
        if xen || baseline != nil, models != [.qemu(.tcg)] {
            throw CommandFailure.input(
                "--xen and --baseline count instructions in QEMU; leave out what chooses another")
        }
        let earlier = try baseline.map { path in try Self.readBaseline(path) }
        let kernel = try Locations.kernel(options.kernel)
        let setups = try Self.suites.map { suite in
            let plan = try BootPlan(try suite.load())
            return MachineSetup(
                source: .guests(plan, commandLine: "checks=off"), kernel: kernel, memory: try plan.memory(asked: nil),
                processorCount: options.cpus, mainboard: options.machine ?? .q35, countsInstructions: true)
        }
        for model in models {
            Terminal.progress("counting instructions on \(model.name) (\(model.summary))")
            var measurements: [Measurement] = []
            for setup in setups { Measurement.merge(try await measure(setup, on: model), into: &measurements) }
            let others = xen ? try await measureOnXen() : []
            let isBochs = if case .bochs = model { true } else { false }
            let table = BenchmarkTable(measurements, areTicks: isBochs, xen: others)
            try write(table)
            if let earlier { try compare(table, with: earlier) }
        }
    }

    /// The guest alone, whose figures count first; with a second domain that answers it; with a second virtual CPU.
    static let suites = [
        TestSuite(name: "benchmark", members: [TestSuite.Member(guest: "benchmark")]),
        TestSuite(
            name: "benchmark-pair",
            members: [
                TestSuite.Member(guest: "benchmark"),
                TestSuite.Member(guest: "benchmark", name: "benchmark-peer", commandLine: "role=2"),
            ]),
        TestSuite(name: "benchmark-vcpus", members: [TestSuite.Member(guest: "benchmark", vCPUCount: 2)]),
    ]

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

    /// Xen's figures; none, with the reason, where it cannot be had.
    private func measureOnXen() async throws -> [Measurement] {
        do throws(CommandFailure) {
            let installation = try await RealXen.installation()
            let benchmark = XenBenchmark(suites: Self.suites, installation: installation, limit: options.timeout)
            let (measurements, areKept) = try await benchmark.measure()
            Terminal.progress(
                "Xen \(installation.version)" + (areKept ? ": the figures of an earlier run of these guests" : ""))
            return measurements
        } catch {
            guard error.status == .wrongInput else { throw error }
            Terminal.progress("only Apus was measured: \(error.message)")
            return []
        }
    }

    private func write(_ table: BenchmarkTable) throws {
        let text = format == .json ? try table.json() : table.text
        guard let output else { return try Terminal.output(text) }
        // A file gets what was asked for; the reader at the terminal sees the table in any case.
        try Terminal.output(table.text)
        try InputFile.write(Array((text + "\n").utf8), to: output)
    }

    private static func readBaseline(_ path: String) throws(CommandFailure) -> BenchmarkTable {
        let bytes = try InputFile.read(path)
        do { return try BenchmarkTable(json: bytes) } catch {
            throw .input("\(path): not figures in the form of apus bench --format json")
        }
    }

    private func compare(_ table: BenchmarkTable, with earlier: BenchmarkTable) throws(CommandFailure) {
        for name in table.additions(to: earlier) { Terminal.progress("not in the baseline yet: \(name)") }
        let regressions = table.regressions(from: earlier)
        guard !regressions.isEmpty else { return Terminal.progress("no figure is more than 5 % above the baseline") }
        for line in regressions { Terminal.error(line) }
        throw CommandFailure(.testFailed, "slower than the baseline; where that is meant, run make bench-baseline")
    }
}
