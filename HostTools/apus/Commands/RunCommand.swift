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
            (KTAP), the report is judged as well. An image of "apus iso build" or "apus image bootable" is booted as it is:
            as a hard disk where its name ends in .raw, .img or .qcow2, or --disk is given, else as a CD.

            Examples:
              apus run .build/guests/conformance.elf
              apus run --cmdline "console=hvc0" --guest-memory 512 --ramdisk initramfs vmlinuz
              apus run one.cfg two.cfg --timeout 60
              apus run apus.iso --disk
              apus run apus.qcow2
              apus run --cpu intel .build/guests/conformance.elf
              apus run --model ryzen .build/guests/conformance.elf
            """.paragraphs)

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

    @Option(help: "Bochs' firmware: bochs, or seabios, which leaves it to the hypervisor to allow VMX.")
    var firmware: Bochs.Firmware?

    @Flag(help: "Show the guests' bytes as they are, escape sequences included.")
    var raw = false

    @Flag(help: "Wait for gdb on port 1234 before the first instruction.")
    var debugger = false

    @Option(
        help: ArgumentHelp(
            "Fail unless this text appears on the console; may be given several times.", valueName: "text"))
    var expect: [String] = []

    func validate() throws { try input.requireGuests() }

    func run() async throws {
        var needs: Set<MachineRequest.Need> = []
        if debugger { needs.insert(.debugger) }
        if let image = input.guests.first, BootImage.diskFormat(image) == .qcow2 { needs.insert(.qcow2) }
        if firmware != nil { needs.insert(.firmware) }
        let models = try options.models(needs: needs)
        let setup = try setup(try Locations.kernel(options.kernel))
        if debugger { explainDebugger(setup.kernel) }
        var failure: CommandFailure?
        for model in models {
            if models != [.qemu(.tcg)] { Terminal.progress("on \(model.name) (\(model.summary))") }
            do { try await boot(setup, on: model) } catch let error as CommandFailure {
                guard error.status != .interrupted else { throw error }
                failure = failure ?? error
            }
        }
        if let failure { throw failure }
    }

    // MARK: The machine

    private func setup(_ kernel: Locations.Kernel) throws(CommandFailure) -> MachineSetup {
        var setup: MachineSetup
        var medium = disk ? MachineSetup.Medium.disk(.raw) : iso ? .optical : .loader
        if let image = input.guests.first, BootImage.isImage(image) {
            guard input.guests.count == 1, append.isEmpty else {
                throw CommandFailure.input("\(image): an image is booted alone, with the options written in it")
            }
            if let format = BootImage.diskFormat(image) { medium = .disk(format) }
            setup = MachineSetup(source: .image(path: image), kernel: kernel, memory: memory ?? 1024)
        } else {
            let plan = try BootPlan(try input.load())
            let size = try plan.memory(asked: memory)
            setup = MachineSetup(source: .guests(plan, commandLine: append), kernel: kernel, memory: size)
        }
        setup.medium = medium
        setup.mainboard = options.machine ?? .q35
        setup.firmware = firmware ?? .bochs
        setup.processorCount = options.cpus
        setup.waitsForDebugger = debugger
        return setup
    }

    private func boot(_ setup: MachineSetup, on model: ProcessorModel) async throws {
        let run = MachineRun(setup: setup, model: model, timeout: debugger ? 86_400 : options.timeout)
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
        for line in result.processor { Terminal.error(line) }
        for line in report.human(isColoured: false).split(separator: "\n").dropLast() { Terminal.error(String(line)) }
        for text in missing { Terminal.error("missing on the console: \(text)") }
        Terminal.error("apus: \(result.verdict.message) (\(Int(result.seconds.rounded())) s)")
        guard result.verdict == .good else { throw CommandFailure(result.verdict.exitStatus, "") }
        let isGood = missing.isEmpty && report.counts.failed == 0
        if !isGood { throw CommandFailure(.testFailed, "a test failed") }
    }
}

extension Bochs.Firmware: ExpressibleByArgument {}
