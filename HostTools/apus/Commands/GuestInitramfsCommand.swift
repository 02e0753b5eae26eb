// SPDX-License-Identifier: MIT
import ArgumentParser
import FileTree
import Foundation
import GuestPayload

/// `apus guest initramfs`: makes the user space of a Linux guest.
struct GuestInitramfsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "initramfs",
        abstract: "Make an initial ramdisk of a folder, an archive, a container image, or of busybox and a script.",
        discussion: """
            --from takes a folder, a tar archive (ustar, pax, GNU; .gz, .xz, .zst, .lz4 as well), an OCI image layout, or an
            archive of "docker save"; which of them it is shows in what is there. Owners, modes, hard links and device
            nodes are kept, without root. Of an image, layers are put together and digests checked.

            Linux starts /init. Where there is none, one is made that runs the image's command, or that of --command,
            and switches the guest off; or --init names a script. With --busybox the script becomes /init of a small
            system, and further files go to the root folder. The same input gives the same ramdisk, byte for byte; with
            SOURCE_DATE_EPOCH no file is later than that.

            Examples:
              apus guest initramfs --from alpine.tar --output initramfs
              apus guest initramfs --from rootfs.tar.zst --command "/bin/ls -l /" --output initramfs
              skopeo copy docker://busybox oci:busybox && apus guest initramfs --from busybox --output initramfs
              apus guest initramfs --busybox /bin/busybox --init hello.sh --output initramfs data.txt
              apus run --ramdisk initramfs --guest-memory 512 vmlinuz
            """.paragraphs)

    @Option(
        help: ArgumentHelp("Folder, tar archive, OCI image layout, or archive of docker save.", valueName: "path"),
        completion: .file())
    var from: String?

    @Option(help: ArgumentHelp("Which image, where there are several.", valueName: "name"))
    var image: String?

    @Option(help: ArgumentHelp("What to run instead of what the image says; a shell reads it.", valueName: "text"))
    var command: String?

    @Option(help: ArgumentHelp("A statically linked busybox.", valueName: "file"), completion: .file())
    var busybox: String?

    @Option(
        name: .customLong("init"), help: ArgumentHelp("The script that runs first.", valueName: "file"),
        completion: .file())
    var script: String?

    @Option(
        name: [.long, .customShort("o")], help: ArgumentHelp("The ramdisk to write.", valueName: "file"),
        completion: .file())
    var output: String

    @Flag(help: "Compress the ramdisk by gzip.")
    var gzip = false

    @Argument(help: "More files for the root folder.", completion: .file())
    var files: [String] = []

    func validate() throws {
        guard (from == nil) != (busybox == nil) else { throw ValidationError("Give either --from or --busybox.") }
        guard busybox == nil || script != nil && command == nil && image == nil else {
            throw ValidationError("--busybox goes with --init, and without --command and --image.")
        }
        guard script == nil || command == nil else { throw ValidationError("--init and --command exclude each other.") }
    }

    func run() async throws {
        if let from { return try make(from: from) }
        let program = try InputFile.read(busybox ?? "")
        let text = String(decoding: try InputFile.read(script ?? ""), as: UTF8.self)
        let extra = try files.map { (URL(fileURLWithPath: $0).lastPathComponent, try InputFile.read($0)) }
        let ramdisk = try CommandFailure.asInput { () throws(InitialRamdiskError) in
            var ramdisk = try InitialRamdisk(busybox: program, script: text)
            for (name, contents) in extra { try ramdisk.addFile(name, contents: contents) }
            return gzip ? try ramdisk.compressed() : ramdisk.bytes
        }
        try InputFile.write(ramdisk, to: output)
        Terminal.progress("\(output): \(ramdisk.count) bytes")
    }

    private func make(from path: String) throws {
        let source = try CommandFailure.asInput { () throws(ArchiveError) in
            let display = ProgressDisplay("reading \(path)", total: 0)
            defer { display.finish() }
            return try FileSource(path: path, imageName: image, progress: display.progress)
        }
        let tree = try completed(source)
        let writer = RamdiskWriter(tree, latestDate: try DateOptions.sourceDateEpoch())
        let size = try CommandFailure.asInput { () throws(HostFileError) in
            let display = ProgressDisplay(output, total: writer.contentSize)
            defer { display.finish() }
            let file = try CompleteFile(path: output, progress: display.progress)
            if gzip { try file.append(try compressed(writer)) } else { try writer.write(to: file.append) }
            try file.finish()
            return file.count
        }
        Terminal.progress(
            "\(output): \(tree.visits.count) files and folders of \(Self.describe(source)), \(ProgressDisplay.size(size))"
        )
    }

    /// The files with what is needed to start them.
    private func completed(_ source: FileSource) throws(CommandFailure) -> FileTree {
        let initScript = try script.map { path throws(CommandFailure) in try InputFile.read(path) }
        var extra: [(name: String, contents: [UInt8])] = []
        for path in files { extra.append((URL(fileURLWithPath: path).lastPathComponent, try InputFile.read(path))) }
        return try CommandFailure.asInput { () throws(FileTreeError) in
            var tree = source.tree
            for file in extra {
                guard let place = TreePath(file.name) else { continue }
                let node = FileTree.Node(.file(.bytes(file.contents[...])), FileAttributes(permissions: 0o644))
                try tree.add(node, at: place)
            }
            if let initScript {
                try tree.addInit(initScript)
            } else if let start = try start(of: source, tree) {
                try tree.addStart(command: start.command, environment: start.environment, folder: start.folder)
            }
            return tree
        }
    }

    /// What an `/init` that we make is to run; nil where there is one.
    private func start(
        of source: FileSource, _ tree: FileTree
    ) throws(FileTreeError) -> (command: [String], environment: [String], folder: String)? {
        var start: (command: [String], environment: [String], folder: String) = (["/bin/sh"], [], "/")
        if case .image(let image) = source {
            start = (image.command.isEmpty ? start.command : image.command, image.environment, image.workingFolder)
        }
        if let command {
            start.command = ["/bin/sh", "-c", command]
        } else if let place = TreePath("init"), try tree.find(place) != nil {
            return nil
        }
        return start
    }

    private func compressed(_ writer: RamdiskWriter) throws(HostFileError) -> [UInt8] {
        try GzipFile.packed(try writer.bytes(), name: output)
    }

    private static func describe(_ source: FileSource) -> String {
        switch source {
        case .folder: "a folder"
        case .archive: "a tar archive"
        case .image(let image): "a container image with \(image.layerCount) layers"
        }
    }
}
