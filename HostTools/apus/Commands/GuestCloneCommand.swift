// SPDX-License-Identifier: MIT
import ArgumentParser
import DomainConfiguration
import FileTree
import Foundation
import MachineIdentity

/// `apus guest clone`: copies a guest, with an identity of its own.
struct GuestCloneCommand: AsyncParsableCommand {
    /// How a copy gets its machine identity.
    enum MachineIDWay: String, ExpressibleByArgument, CaseIterable {
        case cmdline, initramfs, none
    }

    static let configuration = CommandConfiguration(
        commandName: "clone",
        abstract: "Copy a guest's configuration, with a new name, UUID, MAC addresses and machine identity.",
        discussion: """
            The copy is NAME.cfg in the folder. No name, UUID or MAC address (00:16:3e:...) is given that another
            configuration in the folder has. Each disk that the guest writes to becomes a qcow2 overlay on the original,
            which must not change from then on; disks that it only reads are shared. The machine identity reaches the
            guest by its kernel's command line (systemd.machine_id=), or in a copy of its initial ramdisk.

            Examples:
              apus guest clone web.cfg --name web-2
              apus guest clone web.cfg --folder clones --name web --count 20
              apus guest clone web.cfg --name web-3 --machine-id initramfs
            """.paragraphs)

    @Argument(help: "The configuration to copy.", completion: .file(extensions: ["cfg"]))
    var original: String

    @Option(help: "The copy's name; with --count, NAME-1, NAME-2 and so on (default: that of the original, numbered).")
    var name: String?

    @Option(help: "How many copies to make.")
    var count: Int?

    @Option(
        help: ArgumentHelp("Where the copies go (default: beside the original).", valueName: "folder"),
        completion: .directory)
    var folder: String?

    @Option(
        name: .customLong("machine-id"), help: "How the copy gets its machine identity: cmdline, initramfs or none.")
    var way: MachineIDWay = .cmdline

    @Flag(help: "Print the copies as JSON.")
    var json = false

    func validate() throws {
        guard (1...100_000).contains(count ?? 1) else { throw ValidationError("--count: use 1 to 100000.") }
        guard name.map({ !$0.contains("/") && !$0.hasPrefix(".") }) ?? true else {
            throw ValidationError("--name names files as well: it must not hold / or begin with a dot.")
        }
    }

    func run() async throws {
        let configuration: ClonedConfiguration
        do throws(ConfigurationProblem) { configuration = try ClonedConfiguration(path: original) } catch {
            throw CommandFailure.input(error.description)
        }
        let place = URL(fileURLWithPath: folder ?? URL(fileURLWithPath: original).deletingLastPathComponent().path)
        var known = KnownIdentities()
        known.add(file: original)
        known.add(folder: place.path)
        var copies: [Copy] = []
        for name in try names(of: configuration.domain.name, known) {
            copies.append(try copy(configuration, to: place.path, named: name, &known))
            guard !Task.isCancelled else {
                throw CommandFailure(.interrupted, "interrupted after \(copies.count) copies")
            }
        }
        if json { return try Terminal.output(json: copies) }
        for copy in copies { Terminal.progress("\(copy.configuration): uuid \(copy.uuid)\(copy.addressText)") }
    }

    private struct Copy: Encodable {
        var name: String
        var configuration: String
        var uuid: String
        var mac: [String]
        var machineID: String?
        var disks: [String]

        var addressText: String { mac.isEmpty ? "" : ", mac \(mac.joined(separator: ", "))" }
    }

    /// The names of the copies, none of which is taken.
    private func names(of original: String, _ known: KnownIdentities) throws(CommandFailure) -> [String] {
        if let name, count == nil {
            guard !known.hasName(name) else { throw .input("--name \(name): a configuration there has this name") }
            return [name]
        }
        var names: [String] = []
        var number = name == nil ? 2 : 1
        while names.count < count ?? 1 {
            let candidate = "\(name ?? original)-\(number)"
            if !known.hasName(candidate) { names.append(candidate) }
            number += 1
        }
        return names
    }

    private func copy(
        _ configuration: ClonedConfiguration, to folder: String, named name: String, _ known: inout KnownIdentities
    ) throws(CommandFailure) -> Copy {
        var clone: GuestClone
        do throws(ConfigurationProblem) {
            clone = try GuestClone(of: configuration, in: folder, named: name, &known)
        } catch {
            throw .input(error.description)
        }
        let path = "\(folder)/\(name).cfg"
        let made = CloneFiles()
        for overlay in clone.overlays { try made.makeOverlay(overlay) }
        let machineID = MachineID()
        switch way {
        case .cmdline: clone.setMachineID(onCommandLine: machineID.description)
        case .initramfs:
            guard let ramdisk = clone.ramdisk else {
                throw .input("\(original): has no ramdisk; give the identity with --machine-id cmdline")
            }
            let copy = "\(folder)/\(name).initramfs"
            try made.makeRamdisk(copy, from: ramdisk, machineID)
            clone.setRamdisk(copy)
        case .none: break
        }
        try made.make(path, Array("# A clone of \(configuration.domain.name).\n\(clone.text)".utf8))
        made.keep()
        return Copy(
            name: name, configuration: path, uuid: clone.identity.uuid.description,
            mac: clone.identity.addresses.map(\.description),
            machineID: way == .none ? nil : machineID.description, disks: clone.overlays.map(\.path))
    }
}
