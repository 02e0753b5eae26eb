// SPDX-License-Identifier: MIT
import ArgumentParser
import DiskImage

/// `apus image create`: makes an empty image.
struct ImageCreateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Make an empty disk image, or an overlay on another image.",
        discussion: """
            A size is a number of bytes, or one with K, M, G, T, P or E behind it. An overlay takes the size of its
            backing file when none is given; the backing file's format has to be named. A file that is there is replaced.

            \(CreationOptions.help)

            Examples:
              apus image create -f qcow2 disk.qcow2 20G
              apus image create -f raw disk.raw 512M
              apus image create -f qcow2 -b base.qcow2 -F qcow2 overlay.qcow2
              apus image create -f qcow2 -o cluster_size=2M,preallocation=metadata big.qcow2 1T
            """.paragraphs)

    @Option(
        name: [.customShort("f"), .customLong("format")],
        help: "The image's format: raw or qcow2 (default: qcow2 where its name ends so, else raw).")
    var format: DiskFormat?

    @Option(
        name: [.customShort("b"), .customLong("backing-file")],
        help: ArgumentHelp("The backing file, seen from the image's folder.", valueName: "file"))
    var backingFile: String?

    @Option(name: [.customShort("F"), .customLong("backing-format")], help: "The format of the backing file.")
    var backingFormat: DiskFormat?

    @Option(name: [.customShort("o"), .customLong("options")], help: "Options of the format; see above.")
    var options: [String] = []

    @Flag(
        name: [.customShort("u"), .customLong("unsafe")],
        help: "Do not look at the backing file; a size has to be given.")
    var isUnsafe = false

    @Flag(name: .shortAndLong, help: "Print nothing but errors.")
    var quiet = false

    @Argument(help: "The image to make.", completion: .file())
    var file: String

    @Argument(help: "The size of the disk.")
    var size: String?

    func run() async throws {
        var creation = CreationOptions()
        var further = CreationOptions.Further()
        for list in options { try creation.apply(list, further: &further) }
        creation.backing = try BackingArguments.reference(
            backingFile ?? further.backingName, backingFormat ?? further.backingFormat)
        let bytes = try size.map { text throws(CommandFailure) in try ByteCount.required(text) } ?? further.size
        var opening = ImageOpening()
        opening.backing = .anywhere
        opening.checks = false
        let (path, format, settled) = (file, format ?? .named(file), creation)
        try CommandFailure.asInput { () throws(DiskImageError) in
            try ImageCreation.create(
                path, format: format, size: bytes, options: settled, opening: isUnsafe ? nil : opening)
        }
        if !quiet { Terminal.progress("\(path): made, \(format.rawValue)") }
    }
}

/// How a backing file is named on the command line.
enum BackingArguments {
    /// The backing file; nil when none is named.
    /// - Throws: when its format is missing: an image without one leaves others to guess.
    static func reference(_ name: String?, _ format: DiskFormat?) throws(CommandFailure) -> BackingReference? {
        guard let name, !name.isEmpty else { return nil }
        guard let format else {
            throw .input(
                "backing file \"\(name)\": name its format with -F raw or -F qcow2, so that nobody has to guess it")
        }
        return BackingReference(name: name, format: format)
    }
}
