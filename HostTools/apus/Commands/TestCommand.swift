// SPDX-License-Identifier: MIT
import ArgumentParser
import Emulator
import Foundation
import HypercallCatalogue
import TestReport

/// `apus test`: boots test suites and reports.
struct TestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Boot test guests and report what they found.",
        discussion: """
            A guest prints its results as KTAP on its console. A missing result, a crash and silence are failures,
            shown with the guest's last lines. The hypervisor's own checks are on. On several processors, a test that
            comes out differently is a failure as well.

            Examples:
              apus test                                  all suites
              apus test conformance                      one of them
              apus test mine.elf other.cfg               guests of your own, one after the other
              apus test --format junit --output report.xml
              apus test --cpu both                       on AMD and Intel, and whether they come out alike
              apus test --coverage coverage.json         which answers of hypercalls the tests have seen
              apus test --model ryzen --model tigerlake conformance
              apus test --hypervisor xen conformance     the same guest on Debian's Xen 4.17
            """.paragraphs)

    /// What the guests run on.
    enum HypervisorChoice: String, ExpressibleByArgument, CaseIterable {
        case apus, xen
    }

    /// The form of the report.
    enum Format: String, ExpressibleByArgument, CaseIterable {
        case human, tap, junit
    }

    @Argument(help: "Suites by name, or guests by path (default: all suites).")
    var suites: [String] = []

    @Option(
        help: ArgumentHelp(
            "What the guests run on: apus, or xen for the real one.",
            discussion: """
                Debian's Xen 4.17 is fetched with apt-get, not installed, and boots in QEMU with a control domain whose xl \
                starts the guests as ordinary domains.
                """.paragraphs))
    var hypervisor: HypervisorChoice = .apus

    @Option(help: "The report's form: human, tap or junit.")
    var format: Format = .human

    @Option(
        help: ArgumentHelp("Where the report goes (default: standard output).", valueName: "file"), completion: .file())
    var output: String?

    @Option(
        help: ArgumentHelp(
            "Write which answers of which hypercalls the tests have seen, as JSON. The counts are shown without it as well.",
            valueName: "file"), completion: .file())
    var coverage: String?

    @Option(help: ArgumentHelp("More options for the hypervisor.", valueName: "options"))
    var append: String = ""

    @Flag(help: "Show the console on standard error.")
    var console = false

    @Option(help: "How many machines run at a time (default: the host's processors).")
    var jobs: Int = ProcessInfo.processInfo.activeProcessorCount

    @OptionGroup var options: MachineOptions

    func validate() throws {
        guard (1...256).contains(jobs) else { throw ValidationError("--jobs: use 1 to 256.") }
    }

    func run() async throws {
        switch hypervisor {
        case .apus: try await runOnApus()
        case .xen: try await runOnXen()
        }
    }

    private func runOnXen() async throws {
        guard !options.isChosen, append.isEmpty else {
            throw CommandFailure.input(
                "--hypervisor xen has a machine and options of its own; leave out --append and what chooses a machine")
        }
        let all = suites.isEmpty ? TestSuite.all : suites.map(TestSuite.named)
        for suite in all { _ = try suite.load() }
        for suite in all { suite.reasonNotOnXen.map { Terminal.progress("not on Xen: \(suite.name): \($0)") } }
        let chosen = all.filter { $0.reasonNotOnXen == nil }
        let session = XenTestSession(suites: chosen, limit: options.timeout, isChatty: console)
        let report = try await session.run(on: try await RealXen.installation())
        try write(report)
        try writeCoverage(of: report)
        if !report.isGood { throw CommandFailure(.testFailed, output == nil ? "" : report.counts.summary) }
    }

    private func runOnApus() async throws {
        let models = try options.models()
        let kernel = try Locations.kernel(options.kernel)
        let chosen = suites.isEmpty ? TestSuite.all : suites.map(TestSuite.named)
        // All guests are read before the first is booted.
        let loaded = try chosen.map { ($0, try $0.load()) }
        var boots: [TestBoot] = []
        for model in models {
            for (suite, guests) in loaded {
                boots.append(
                    TestBoot(
                        suite: suite, setup: try setup(suite, guests, kernel), model: model, timeout: options.timeout))
            }
        }
        let session = TestSession(boots: boots, workers: jobs, isChatty: console)
        let (report, verdict) = try await session.run()
        try write(report)
        try writeCoverage(of: report)
        guard !report.isGood else { return }
        throw CommandFailure(
            verdict == .good ? .testFailed : verdict.exitStatus, output == nil ? "" : report.counts.summary)
    }

    private func setup(_ suite: TestSuite, _ guests: [Guest], _ kernel: Locations.Kernel) throws(CommandFailure)
        -> MachineSetup
    {
        let plan = try BootPlan(guests)
        return MachineSetup(
            source: .guests(plan, commandLine: append.isEmpty ? "checks=on" : "checks=on \(append)"), kernel: kernel,
            memory: try plan.memory(asked: nil), processorCount: max(options.cpus, suite.processorCount),
            mainboard: options.machine ?? .q35)
    }

    private func write(_ report: TestReport) throws {
        let text =
            switch format {
            case .human: report.human(isColoured: output == nil && Terminal.isColoured)
            case .tap: report.tap()
            case .junit: report.junit()
            }
        guard let output else { return try Terminal.output(String(text.dropLast())) }
        try InputFile.write(Array(text.utf8), to: output)
        Terminal.progress("\(output): \(report.counts.summary)")
    }

    /// Shows which answers the tests have seen, if their guests tell.
    private func writeCoverage(of report: TestReport) throws {
        let seen = AnswerCoverage(report)
        guard seen.covered.count > 0 || coverage != nil else { return }
        let text = seen.lines.joined(separator: "\n")
        if format == .human && output == nil { try Terminal.output(text) } else { Terminal.progress(text) }
        if let coverage { try InputFile.write(Array(CoverageRecord(seen).json()), to: coverage) }
    }
}
