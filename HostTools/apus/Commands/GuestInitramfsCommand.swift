// SPDX-License-Identifier: MIT
import ArgumentParser
import Foundation
import GuestPayload

/// `apus guest initramfs`: makes a small user space for a Linux guest.
struct GuestInitramfsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "initramfs",
        abstract: "Make an initial ramdisk of busybox, a script that runs first, and more files.",
        discussion: """
            The script becomes /init. Further files go to the root folder under their own names. The same input gives
            the same ramdisk, byte for byte.

            Example:
              apus guest initramfs --busybox /bin/busybox --init hello.sh --output initramfs data.txt
            """)

    @Option(help: ArgumentHelp("A statically linked busybox.", valueName: "file"), completion: .file())
    var busybox: String

    @Option(
        name: .customLong("init"), help: ArgumentHelp("The script that runs first.", valueName: "file"),
        completion: .file())
    var script: String

    @Option(help: ArgumentHelp("The ramdisk to write.", valueName: "file"), completion: .file())
    var output: String

    @Argument(help: "More files for the root folder.", completion: .file())
    var files: [String] = []

    func run() async throws {
        let program = try InputFile.read(busybox)
        let text = String(decoding: try InputFile.read(script), as: UTF8.self)
        let extra = try files.map { (URL(fileURLWithPath: $0).lastPathComponent, try InputFile.read($0)) }
        let ramdisk = try CommandFailure.asInput { () throws(InitialRamdiskError) in
            var ramdisk = try InitialRamdisk(busybox: program, script: text)
            for (name, contents) in extra { try ramdisk.addFile(name, contents: contents) }
            return ramdisk.bytes
        }
        try InputFile.write(ramdisk, to: output)
        Terminal.progress("\(output): \(ramdisk.count) bytes")
    }
}
