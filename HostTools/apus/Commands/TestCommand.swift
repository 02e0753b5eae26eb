// SPDX-License-Identifier: MIT
import ArgumentParser
import Emulator
import TestReport

/// `apus test`: boots test suites and reports.
struct TestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Boot test guests and report what they found.",
        discussion: """
            A guest prints its results as KTAP on its console. A missing result, a crash and silence are failures,
            shown with the guest's last lines. The hypervisor's own checks are on.

            Examples:
              apus test                                  all suites
              apus test conformance                      one of them
              apus test mine.elf other.cfg               guests of your own, one after the other
              apus test --format junit --output report.xml
            """)

    /// The form of the report.
    enum Format: String, ExpressibleByArgument, CaseIterable {
        case human, tap, junit
    }

    @Argument(help: "Suites by name, or guests by path (default: all suites).")
    var suites: [String] = []

    @Option(help: "The report's form: human, tap or junit.")
    var format: Format = .human

    @Option(
        help: ArgumentHelp("Where the report goes (default: standard output).", valueName: "file"), completion: .file())
    var output: String?

    @Option(help: ArgumentHelp("More options for the hypervisor.", valueName: "options"))
    var append: String = ""

    @Flag(help: "Show the console on standard error.")
    var console = false

    @OptionGroup var options: MachineOptions

    func run() async throws {
        let kernel = try Locations.kernel(options.kernel)
        let chosen = suites.isEmpty ? TestSuite.all : suites.map(TestSuite.named)
        // All guests are read before the first is booted.
        let loaded = try chosen.map { ($0, try $0.load()) }
        var report = TestReport()
        var worst: RunVerdict = .good
        for (suite, guests) in loaded {
            Terminal.progress("booting \(suite.name)")
            let (reports, verdict) = try await boot(suite, guests, kernel)
            report.suites += reports
            if verdict != .good { worst = verdict }
        }
        try write(report)
        guard !report.isGood else { return }
        throw CommandFailure(
            worst == .good ? .testFailed : worst.exitStatus, output == nil ? "" : report.counts.summary)
    }

    private func boot(
        _ suite: TestSuite, _ guests: [Guest], _ kernel: Locations.Kernel
    ) async throws -> ([SuiteReport], RunVerdict) {
        let temporary = try TemporaryFolder()
        let plan = try BootPlan(guests)
        let modules = try plan.files(in: temporary).map { QEMU.Module(path: $0) }
        let commandLine = append.isEmpty ? "checks=on" : "checks=on \(append)"
        let qemu = QEMU(
            boot: .kernel(path: kernel.elf32, commandLine: commandLine, modules: modules), machine: options.machine,
            memory: try plan.memory(asked: nil))
        let run = MachineRun(qemu: qemu, timeout: options.timeout, symbols: kernel.elf64)
        var reports = DomainReports(suite.awaited(plan.domains.map(\.name)))
        let result = try await run.run { _, line in
            if console { Terminal.error(line) }
            reports.consume(ConsoleLine(line))
        }
        return suite.judge(reports.finish(result), result)
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
}
