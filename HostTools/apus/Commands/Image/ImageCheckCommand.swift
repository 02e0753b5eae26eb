// SPDX-License-Identifier: MIT
import ArgumentParser
import DiskImage

/// `apus image check`: whether an image's tables hold together.
struct ImageCheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Check that a qcow2 image is consistent, and repair it.",
        discussion: """
            Every table is read and compared with the reference counts. Leaks are clusters that are counted as used but
            are not: they cost room and do no harm. -r leaks gives them back; -r all counts everything anew.

            Exit status: 0 consistent, 1 could not be checked, 2 damaged, 3 leaks, 63 nothing to check (raw).
            With -r it is that of the image afterwards.

            Examples:
              apus image check disk.qcow2
              apus image check -r leaks disk.qcow2
              apus image check --output json disk.qcow2
            """.paragraphs)

    @Option(
        name: [.customShort("f"), .customLong("format")],
        help: "The image's format: raw or qcow2 (default: what its first bytes say).")
    var format: DiskFormat?

    @Option(name: [.customShort("r"), .customLong("repair")], help: "Repair leaks, or all that can be.")
    var repair: Repair?

    @Option(help: "The result's form: human or json.")
    var output: OutputForm = .human

    @Flag(
        name: [.customShort("U"), .customLong("force-share")],
        help: "Read the image although another process may be writing to it.")
    var shares = false

    @Flag(name: .shortAndLong, help: "Print nothing but errors.")
    var quiet = false

    @Argument(help: "The image.", completion: .file())
    var file: String

    func run() async throws {
        let found: CheckReport?
        do throws(DiskImageError) { found = try check() } catch {
            Terminal.error("apus: \(error.description)")
            throw ExitCode(1)
        }
        guard let report = found else {
            Terminal.error("apus: \(file): a raw image has no tables that could be checked")
            throw ExitCode(63)
        }
        if output == .json {
            try Terminal.output(report.json(path: file).text())
        } else if !quiet {
            for problem in report.problems { Terminal.error(problem) }
            try Terminal.output(report.text)
        }
        if report.corruptions > 0 { throw ExitCode(2) }
        if report.leaks > 0 { throw ExitCode(3) }
    }

    private func check() throws(DiskImageError) -> CheckReport? {
        var opening = ImageOpening(format: format)
        opening.writes = repair != nil
        opening.shares = shares && repair == nil
        opening.backing = .ignored
        opening.checks = false
        opening.trustsFirstBytes = true
        guard let image = try opening.open(file) as? QCOW2Image else { return nil }
        guard let repair else { return try image.check() }
        return try image.check(repairing: repair)
    }
}
