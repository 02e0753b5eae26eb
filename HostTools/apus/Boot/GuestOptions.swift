// SPDX-License-Identifier: MIT
import ArgumentParser
import DomainConfiguration
import Foundation

/// The guests on a command line, and what a guest without a configuration file is to get.
struct GuestOptions: ParsableArguments {
    @Argument(
        help: "What to boot: xl configurations (.cfg), kernels with a PVH note (ELF), Linux bzImages.",
        completion: .file())
    var guests: [String] = []

    @Option(help: ArgumentHelp("Memory of a single guest without configuration.", valueName: "MiB"))
    var guestMemory: Int?

    @Option(help: ArgumentHelp("Command line of a single guest without configuration.", valueName: "text"))
    var cmdline: String?

    @Option(
        help: ArgumentHelp("Initial ramdisk of a single guest without configuration.", valueName: "file"),
        completion: .file())
    var ramdisk: String?

    /// Refuses a command line without guests, for commands that need one.
    func requireGuests() throws {
        if guests.isEmpty { throw ValidationError("Missing expected argument '<guests> ...'") }
    }

    /// Reads and checks all guests. Warnings go to standard error.
    func load() throws(CommandFailure) -> [Guest] {
        let hasExtras = guestMemory != nil || cmdline != nil || ramdisk != nil
        if hasExtras, guests.count != 1 || Self.isConfiguration(guests[0]) {
            throw .input("--guest-memory, --cmdline and --ramdisk go with one guest that has no .cfg file")
        }
        var loaded: [Guest] = []
        var names: Set<String> = []
        for path in guests {
            if Self.isConfiguration(path) {
                loaded.append(try Guest(try Self.loadConfiguration(path)))
            } else {
                let kernel = try KernelFile(path)
                loaded.append(try Guest(bareConfiguration(path, kernel, names: names), kernel: kernel))
            }
            names.insert(loaded[loaded.count - 1].configuration.name)
        }
        return loaded
    }

    static func isConfiguration(_ path: String) -> Bool { path.lowercased().hasSuffix(".cfg") }

    /// Reads an xl configuration, and shows its warnings.
    static func loadConfiguration(_ path: String) throws(CommandFailure) -> DomainConfiguration {
        do throws(ConfigurationProblem) {
            let loaded = try DomainConfiguration.load(path: path)
            for warning in loaded.warnings { Terminal.progress("warning: \(warning)") }
            return loaded.domain
        } catch {
            throw .input("\(error)")
        }
    }

    private func bareConfiguration(_ path: String, _ kernel: KernelFile, names: Set<String>) -> DomainConfiguration {
        let stem = Self.name(of: path)
        // The same kernel may be given twice: its domains must differ in name.
        let others = sequence(first: 2) { $0 + 1 }.lazy.map { "\(stem)-\($0)" }
        let name = names.contains(stem) ? others.first { !names.contains($0) } ?? stem : stem
        return DomainConfiguration(
            name: name, kernel: path, ramdisk: ramdisk, commandLine: cmdline ?? "",
            memory: guestMemory ?? (kernel.isUnpacked ? 256 : 64))
    }

    /// A domain's name after its file: without the ending, and not longer than a name may be.
    static func name(of path: String) -> String {
        let stem = URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
        var name = ""
        for character in stem where name.utf8.count + character.utf8.count <= 48 { name.append(character) }
        return name.isEmpty ? "guest" : name
    }
}
