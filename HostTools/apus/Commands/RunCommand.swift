// SPDX-License-Identifier: MIT
import ArgumentParser
import Emulator
import TestReport

/// `apus run`: boots guests and shows their console.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Boot guests on the hypervisor and show their console until the last one has ended.",
        discussion: """
            The hypervisor's lines begin with (apus), those of domain N with (dN). Where a guest prints a test report
            (KTAP), the report is judged as well. An ISO image of "apus iso build" is booted as it is.

            Examples:
              apus run .build/guests/conformance.elf
              apus run --cmdline "console=hvc0" --guest-memory 512 --ramdisk initramfs vmlinuz
              apus run one.cfg two.cfg --timeout 60
              apus run apus.iso --disk
            """)

    @OptionGroup var input: GuestOptions
    @OptionGroup var options: MachineOptions

    @Option(help: ArgumentHelp("Memory of the whole machine (default: enough for the guests).", valueName: "MiB"))
    var memory: Int?

    @Option(
        help: ArgumentHelp("The hypervisor's command line, such as \"checks=on loglevel=debug\".", valueName: "options")
    )
    var append: String = ""

    @Flag(help: "Boot through GRUB from an ISO image, as a CD.")
    var iso = false

    @Flag(help: "Boot through GRUB from an ISO image, as a hard disk.")
    var disk = false

    @Flag(help: "Show the guests' bytes as they are, escape sequences included.")
    var raw = false

    @Flag(help: "Wait for gdb on port 1234 before the first instruction.")
    var debugger = false

    @Option(
        help: ArgumentHelp(
            "Fail unless this text appears on the console; may be given several times.", valueName: "text"))
    var expect: [String] = []

    func run() async throws {
        let temporary = try TemporaryFolder()
        let kernel = try Locations.kernel(options.kernel)
        let qemu = try await machine(kernel, in: temporary)
        if debugger { explainDebugger(kernel) }
        let run = MachineRun(qemu: qemu, timeout: debugger ? 86_400 : options.timeout, symbols: kernel.elf64)
        let display = ConsoleDisplay(isRaw: raw, isColoured: Terminal.isColoured)
        var reports = DomainReports()
        var missing = expect
        let result = try await run.run { raw, line in
            try display.show(raw: raw, line: line)
            reports.consume(ConsoleLine(line), isOpen: true)
            missing.removeAll { line.contains($0) }
        }
        try judge(result, TestReport(suites: reports.finish(result)), missing: missing)
    }

    // MARK: The machine

    private func machine(_ kernel: Locations.Kernel, in temporary: TemporaryFolder) async throws -> QEMU {
        if let image = input.guests.first, BootImage.isImage(image) {
            guard input.guests.count == 1, append.isEmpty else {
                throw CommandFailure.input("\(image): an ISO image is booted alone, with the options written in it")
            }
            return QEMU(
                boot: medium(image), machine: options.machine, memory: memory ?? 1024, waitsForDebugger: debugger)
        }
        let plan = try BootPlan(try input.load())
        let size = try plan.memory(asked: memory)
        return QEMU(
            boot: try await boot(plan, kernel, in: temporary), machine: options.machine, memory: size,
            waitsForDebugger: debugger)
    }

    private func boot(
        _ plan: BootPlan, _ kernel: Locations.Kernel, in temporary: TemporaryFolder
    ) async throws -> QEMU.BootMedium {
        guard iso || disk else {
            let modules = try plan.files(in: temporary).map { QEMU.Module(path: $0) }
            return .kernel(path: kernel.elf32, commandLine: append, modules: modules)
        }
        let image = temporary.file("apus.iso")
        try await BootImage.write(plan, kernel: kernel, append: append, to: image)
        return medium(image)
    }

    private func medium(_ image: String) -> QEMU.BootMedium { disk ? .disk(path: image) : .optical(path: image) }

    private func explainDebugger(_ kernel: Locations.Kernel) {
        Terminal.error(
            """
            The machine waits for a debugger. In another terminal:
                gdb \(kernel.elf64) -ex 'target remote :1234' -ex 'hbreak kernel_main' -ex continue
            Ctrl-C here ends it.
            """)
    }

    // MARK: The verdict

    private func judge(_ result: MachineRun.Result, _ report: TestReport, missing: [String]) throws {
        for line in report.human(isColoured: false).split(separator: "\n").dropLast() { Terminal.error(String(line)) }
        for text in missing { Terminal.error("missing on the console: \(text)") }
        Terminal.error("apus: \(result.verdict.message) (\(Int(result.seconds.rounded())) s)")
        guard result.verdict == .good else { throw CommandFailure(result.verdict.exitStatus, "") }
        let isGood = missing.isEmpty && report.counts.failed == 0
        if !isGood { throw CommandFailure(.testFailed, "a test failed") }
    }
}
