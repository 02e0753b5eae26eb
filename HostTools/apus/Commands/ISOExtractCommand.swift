// SPDX-License-Identifier: MIT
import ArgumentParser
import FileTree
import OpticalImage

/// `apus iso extract`: takes files out of an image.
struct ISOExtractCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "extract",
        abstract: "Unpack an ISO 9660 image, or some of its files, into a new folder.",
        discussion: """
            The folder must not be there yet, or be empty; it appears when all is unpacked. Nothing is written outside
            of it, whatever the image says. Files belong to you and have the image's modes and dates.

            Examples:
              apus iso extract debian.iso --output unpacked
              apus iso extract debian.iso --output unpacked install.amd doc/FAQ
              sudo apus iso extract rootfs.iso --output rootfs --preserve
            """.paragraphs)

    @OptionGroup var source: ImageOptions

    @Argument(help: "Files and folders to take out (default: all).")
    var paths: [String] = []

    @Option(
        name: [.long, .customShort("o")], help: ArgumentHelp("The folder to make.", valueName: "folder"),
        completion: .directory)
    var output: String

    @Flag(help: "Keep owners, set-user-ID bits and device nodes; for the superuser.")
    var preserve = false

    func run() async throws {
        let reader = try source.read()
        let tree = paths.isEmpty ? reader.tree : try selection(of: reader)
        let display = ProgressDisplay(output, total: tree.totalSize)
        let report = try CommandFailure.asInput { () throws(HostFileError) in
            defer { display.finish() }
            return try tree.unpack(to: output, preserving: preserve, progress: display.progress)
        }
        if !report.omittedDevices.isEmpty {
            Terminal.progress("\(report.omittedDevices.count) device nodes are left out; --preserve makes them")
        }
        Terminal.progress(
            "\(output): \(report.count) files and folders, \(ProgressDisplay.size(tree.totalSize))")
    }

    /// The paths that were asked for, with what is below them.
    private func selection(of reader: OpticalImageReader) throws(CommandFailure) -> FileTree {
        var wanted: [TreePath] = []
        for path in paths {
            guard let place = TreePath(path), (try? reader.tree.find(place)) != nil else {
                throw .input(OpticalImageError.noSuchFile(path: source.image, name: path).description)
            }
            wanted.append(place)
        }
        return reader.tree.selecting(wanted)
    }
}
