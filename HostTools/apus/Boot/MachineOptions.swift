// SPDX-License-Identifier: MIT
import ArgumentParser
import Emulator

/// How the emulated machine is to be; shared by the subcommands that start one.
struct MachineOptions: ParsableArguments {
    /// The processors of a command line.
    enum Processors: String, ExpressibleByArgument, CaseIterable {
        case amd, intel, both

        var vendors: Set<ProcessorVendor> {
            switch self {
            case .amd: [.amd]
            case .intel: [.intel]
            case .both: [.amd, .intel]
            }
        }
    }

    @Option(help: "The processor's vendor: amd (QEMU), intel (Bochs), or both, one after the other.")
    var cpu: Processors?

    @Option(
        help: ArgumentHelp(
            "A processor by name; may be given several times.", discussion: Self.modelList, valueName: "name"))
    var model: [ProcessorModel] = []

    @Option(help: "How many processors the machine has: 1 to 64, or to 8 in Bochs (default: 1).")
    var cpus: Int = 1

    @Option(
        help: """
            What executes QEMU's machine: tcg, or kvm for the host's own processor (default: kvm where it can nest, \
            else tcg).
            """)
    var accelerator: MachineRequest.Accelerator?

    @Option(help: "QEMU's mainboard: q35 or pc (default: q35).")
    var machine: QEMU.Machine?

    @Option(
        help: ArgumentHelp(
            "The hypervisor: its 64-bit ELF, with the 32-bit one beside it (NAME.elf, NAME32.elf).", valueName: "file"),
        completion: .file())
    var kernel: String?

    @Option(help: ArgumentHelp("Seconds until a run that does not end is ended.", valueName: "seconds"))
    var timeout: Int = 300

    func validate() throws {
        guard (1...64).contains(cpus) else { throw ValidationError("--cpus: use 1 to 64.") }
        guard (1...86_400).contains(timeout) else { throw ValidationError("--timeout: use 1 to 86400 seconds.") }
    }

    /// Whether the user said anything about processor, emulator, mainboard or hypervisor.
    var isChosen: Bool { cpu != nil || !model.isEmpty || accelerator != nil || machine != nil || kernel != nil }

    /// The processors to use, at least one.
    /// - Parameter needs: what the command needs of them beside.
    func models(needs: Set<MachineRequest.Need> = []) throws(CommandFailure) -> [ProcessorModel] {
        let request = MachineRequest(
            vendors: cpu?.vendors ?? [], models: model, accelerator: accelerator, mainboard: machine, needs: needs)
        let (models, note) = try CommandFailure.asInput { () throws(MachineRequest.Contradiction) in
            try request.models()
        }
        if cpus > Bochs.maximumProcessorCount, let model = models.first(where: \.isBochs) {
            throw .input(
                "--cpus \(cpus): \(model.name) is emulated by Bochs, which has at most \(Bochs.maximumProcessorCount)")
        }
        if let note { Terminal.progress("\(note); using \(models.map(\.name).joined(separator: ", "))") }
        return models
    }

    private static let modelList = ProcessorModel.named.map { "\($0.name): \($0.summary)" }.joined(separator: "\n")
}

extension QEMU.Machine: ExpressibleByArgument {}

extension MachineRequest.Accelerator: ExpressibleByArgument {}

extension ProcessorModel: ExpressibleByArgument {
    /// Reads a model's name.
    public init?(argument: String) { self.init(name: argument) }

    /// All names.
    public static var allValueStrings: [String] { named.map(\.name) }
}
