// SPDX-License-Identifier: MIT
import ArgumentParser
import MachineIdentity

/// `apus machine-id`: the identity of an installed system.
struct MachineIDCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "machine-id",
        abstract: "Read, make or replace the machine identity of a system that is not running.",
        discussion: """
            PATH is a file that holds the 32 digits, as dbus-uuidgen takes it; or the root folder of a system, where
            /etc/machine-id and /var/lib/dbus/machine-id are meant, links among them kept; or an initial ramdisk
            (cpio, compressed or not), to which a small archive with the identity is appended.

            Examples:
              apus machine-id get rootfs
              apus machine-id ensure /var/lib/dbus/machine-id
              apus machine-id new initramfs.gz
              apus machine-id new                             prints an identity, and writes nothing
            """.paragraphs,
        subcommands: [MachineIDGetCommand.self, MachineIDEnsureCommand.self, MachineIDNewCommand.self])
}

/// `apus machine-id get`.
struct MachineIDGetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "get", abstract: "Print the identity, like dbus-uuidgen --get=FILE.",
        discussion: """
            Example:
              apus machine-id get /etc/machine-id
            """.paragraphs)

    @Argument(help: "File, root folder or initial ramdisk.", completion: .file())
    var path: String

    func run() async throws {
        try Terminal.output(
            try CommandFailure.asInput { () throws(MachineIDError) in try MachineIDStore(path: path).get() }.description
        )
    }
}

/// `apus machine-id ensure`.
struct MachineIDEnsureCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ensure", abstract: "Make an identity where there is none, like dbus-uuidgen --ensure=FILE.",
        discussion: """
            One that is there is never changed; a file that holds something else is an error. Nothing is printed.

            Example:
              apus machine-id ensure rootfs
            """.paragraphs)

    @Argument(help: "File, root folder or initial ramdisk.", completion: .file())
    var path: String

    func run() async throws {
        _ = try CommandFailure.asInput { () throws(MachineIDError) in try MachineIDStore(path: path).ensure() }
    }
}

/// `apus machine-id new`.
struct MachineIDNewCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "new", abstract: "Put a new identity in place of what is there, and print it.",
        discussion: """
            Without a path the identity is printed only, as dbus-uuidgen does it.

            Examples:
              apus machine-id new rootfs
              apus machine-id new
            """.paragraphs)

    @Argument(help: "File, root folder or initial ramdisk.", completion: .file())
    var path: String?

    func run() async throws {
        let identity = MachineID()
        if let path {
            try CommandFailure.asInput { () throws(MachineIDError) in try MachineIDStore(path: path).set(identity) }
        }
        try Terminal.output(identity.description)
    }
}
