// SPDX-License-Identifier: MIT
import Foundation

/// Where the things are that the Makefile builds.
enum Locations {
    /// The package's folder: the one that holds the `.build` folder in which this program lies; else the current one.
    static var root: URL {
        let executable = (Bundle.main.executableURL ?? URL(fileURLWithPath: CommandLine.arguments[0]))
            .resolvingSymlinksInPath()
        var folder = executable.deletingLastPathComponent()
        while folder.path != "/" {
            if folder.lastPathComponent.hasPrefix(".build") { return folder.deletingLastPathComponent() }
            folder.deleteLastPathComponent()
        }
        return URL(fileURLWithPath: FileManager.default.currentDirectoryPath)
    }

    /// A built file, such as `guests/conformance.elf`.
    static func built(_ name: String) -> String { root.appendingPathComponent(".build/\(name)").path }

    /// Both forms of the hypervisor.
    struct Kernel {
        /// 64-bit ELF with symbols: for GRUB and for backtraces.
        var elf64: String
        /// 32-bit ELF: for QEMU's -kernel.
        var elf32: String
    }

    /// The hypervisor: the one asked for, else that of APUS_KERNEL, else the one that was built.
    /// - Throws: when a file is missing, with the command that makes it.
    static func kernel(_ path: String?) throws(CommandFailure) -> Kernel {
        let asked = path ?? ProcessInfo.processInfo.environment["APUS_KERNEL"]
        let elf64 = asked ?? built("apus.elf")
        let stem = elf64.hasSuffix(".elf") ? String(elf64.dropLast(4)) : elf64
        let kernel = Kernel(elf64: elf64, elf32: "\(stem)32.elf")
        for file in [kernel.elf64, kernel.elf32] where !FileManager.default.isReadableFile(atPath: file) {
            throw .input("\(file): the hypervisor is not there; build it with: make kernel")
        }
        return kernel
    }
}
