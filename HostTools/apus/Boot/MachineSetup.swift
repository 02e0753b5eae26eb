// SPDX-License-Identifier: MIT
import Emulator

/// What a machine boots and how it is equipped, whichever processor it is going to have.
struct MachineSetup {
    /// Where the hypervisor and its guests come from.
    enum Source {
        /// An image that is there already.
        case image(path: String)
        /// Guests, with the hypervisor's command line.
        case guests(BootPlan, commandLine: String)
    }

    /// How they get into memory.
    enum Medium {
        /// By QEMU's own loader; Bochs, which has none, boots from a CD.
        case loader
        case optical
        case disk(QEMU.DiskFormat)

        var isDisk: Bool {
            if case .disk = self { true } else { false }
        }
    }

    var source: Source
    var kernel: Locations.Kernel
    var medium = Medium.loader
    /// MiB.
    var memory: Int
    /// How many processors the machine has.
    var processorCount = 1
    /// QEMU's mainboard.
    var mainboard = QEMU.Machine.q35
    /// Bochs' firmware.
    var firmware = Bochs.Firmware.bochs
    var countsInstructions = false
    var waitsForDebugger = false

    /// Makes the machine with this processor.
    /// - Parameter folder: takes the files that the machine boots from.
    func machine(
        _ model: ProcessorModel, in folder: TemporaryFolder
    ) async throws(CommandFailure) -> any EmulatedMachine {
        switch model {
        case .bochs(let processor):
            return Bochs(
                image: try await image(in: folder), isDisk: medium.isDisk, processor: processor, firmware: firmware,
                memory: memory, processorCount: processorCount)
        case .qemu(let accelerator):
            return QEMU(
                boot: try await medium(in: folder), accelerator: accelerator, machine: mainboard, memory: memory,
                processorCount: processorCount, countsInstructions: countsInstructions,
                waitsForDebugger: waitsForDebugger)
        }
    }

    private func medium(in folder: TemporaryFolder) async throws(CommandFailure) -> QEMU.BootMedium {
        switch (medium, source) {
        case (.loader, .guests(let plan, let commandLine)):
            let modules = try plan.files(in: folder).map { QEMU.Module(path: $0) }
            return .kernel(path: kernel.elf32, commandLine: commandLine, modules: modules)
        case (.disk(let format), _): return .disk(path: try await image(in: folder), format: format)
        case (.loader, .image), (.optical, _): return .optical(path: try await image(in: folder))
        }
    }

    private func image(in folder: TemporaryFolder) async throws(CommandFailure) -> String {
        switch source {
        case .image(let path): return path
        case .guests(let plan, let commandLine):
            let path = folder.file("apus.iso")
            try await BootImage.image(plan, kernel: kernel, append: commandLine).write(named: path)
            return path
        }
    }
}
