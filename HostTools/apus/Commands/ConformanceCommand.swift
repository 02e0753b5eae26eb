// SPDX-License-Identifier: MIT
import ArgumentParser
import Emulator
import Foundation
import HypercallCatalogue
import TestReport
import XenReference

/// `apus conformance`: the same suites on the real Xen and on Apus, side by side.
struct ConformanceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "conformance",
        abstract: "Run the test suites on the real Xen and on Apus, and compare them test by test.",
        discussion: """
            What Debian's Xen 4.17 answers is right. A test that comes out otherwise on Apus is a failure, unless
            Documentation/Differences.md lists it with its reason; so is a listed one that comes out otherwise than listed,
            and one that Xen fails: then the test is wrong. Xen is fetched with apt-get the first time, and not installed.

            Examples:
              apus conformance                           all suites
              apus conformance conformance-32            one of them
              apus conformance mine.elf                  a guest of your own
              apus conformance --format json --output conformance.json
            """.paragraphs)

    /// The form of the comparison.
    enum Format: String, ExpressibleByArgument, CaseIterable {
        case human, json, junit
    }

    @Argument(help: "Suites by name, or guests by path (default: all suites).")
    var suites: [String] = []

    @Option(help: "The comparison's form: human, json or junit.")
    var format: Format = .human

    @Option(
        help: ArgumentHelp("Where the comparison goes (default: standard output).", valueName: "file"),
        completion: .file())
    var output: String?

    @Option(
        help: ArgumentHelp(
            "The page with the table of differing tests (default: Documentation/Differences.md).", valueName: "file"),
        completion: .file())
    var differences: String?

    @Option(help: ArgumentHelp("Seconds that a suite may take.", valueName: "seconds"))
    var timeout: Int = 300

    func validate() throws {
        guard (1...86_400).contains(timeout) else { throw ValidationError("--timeout: use 1 to 86400 seconds.") }
    }

    func run() async throws {
        let chosen = suites.isEmpty ? TestSuite.all : suites.map(TestSuite.named)
        let known = try knownDifferences(of: chosen)
        let apus = try await runOnApus(chosen)
        let installation = try await RealXen.installation()
        let comparable = chosen.filter { $0.reasonNotOnXen == nil }
        let xen = try await XenTestSession(suites: comparable, limit: timeout, isChatty: false).run(on: installation)
        let reasons = chosen.compactMap { suite in suite.reasonNotOnXen.map { (suite.name, $0) } }
        let comparison = HypervisorComparison(
            xen: xen, apus: apus, known: known, incomparable: Dictionary(reasons) { first, _ in first })
        try write(comparison, AnswerCoverage(apus), version: installation.version)
        guard comparison.isGood else { throw CommandFailure(.testFailed, output == nil ? "" : comparison.summary) }
    }

    /// Time is made of instructions, as it is where Xen runs: how busy the host is makes no difference.
    private func runOnApus(_ suites: [TestSuite]) async throws -> TestReport {
        let kernel = try Locations.kernel(nil)
        let boots = try suites.map { suite in
            let plan = try BootPlan(try suite.load())
            let setup = MachineSetup(
                source: .guests(plan, commandLine: "checks=on"), kernel: kernel, memory: try plan.memory(asked: nil),
                countsInstructions: true)
            return TestBoot(suite: suite, setup: setup, model: .qemu(.tcg), timeout: timeout)
        }
        return try await TestSession(boots: boots, workers: 1, isChatty: false).run().0
    }

    /// The list, less what belongs to suites that are not run.
    private func knownDifferences(of suites: [TestSuite]) throws(CommandFailure) -> [KnownDifference] {
        let path = differences ?? Locations.root.appendingPathComponent("Documentation/Differences.md").path
        let text = String(decoding: try InputFile.read(path), as: UTF8.self)
        do throws(KnownDifferenceError) {
            return try KnownDifference.list(in: text).filter { entry in
                self.suites.isEmpty || suites.contains { entry.suite == $0.name }
            }
        } catch {
            throw .input("\(path): \(error)")
        }
    }

    private func write(
        _ comparison: HypervisorComparison, _ coverage: AnswerCoverage, version: String
    ) throws {
        let summary = [comparison.summary, "on Debian's Xen \(version)", coverage.lines[0]]
        let text =
            switch format {
            case .human: (comparison.lines + [""] + summary).joined(separator: "\n")
            case .json: try comparison.json(version: version)
            case .junit: comparison.report.junit()
            }
        guard let output else { return try Terminal.output(text) }
        try InputFile.write(Array((text + "\n").utf8), to: output)
        for line in comparison.failureLines { Terminal.error(line) }
        for line in summary { Terminal.progress(line) }
    }
}
