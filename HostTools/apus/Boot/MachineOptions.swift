// SPDX-License-Identifier: MIT
import ArgumentParser
import Emulator

/// How the emulated machine is to be; shared by the subcommands that start one.
struct MachineOptions: ParsableArguments {
    @Option(help: "The mainboard: q35 or pc.")
    var machine: QEMU.Machine = .q35

    @Option(
        help: ArgumentHelp(
            "The hypervisor: its 64-bit ELF, with the 32-bit one beside it (NAME.elf, NAME32.elf).", valueName: "file"),
        completion: .file())
    var kernel: String?

    @Option(help: ArgumentHelp("Seconds until a run that does not end is ended.", valueName: "seconds"))
    var timeout: Int = 300

    func validate() throws {
        guard (1...86_400).contains(timeout) else { throw ValidationError("--timeout: use 1 to 86400 seconds.") }
    }
}

extension QEMU.Machine: ExpressibleByArgument {}
