// SPDX-License-Identifier: MIT
import ArgumentParser
import FileTree
import Foundation
import OpticalImage

/// `apus iso list`: shows what an image holds.
struct ISOListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Show the files of an ISO 9660 image, whoever has made it.",
        discussion: """
            A line has mode, names of the file, owner, group, bytes, date (in Greenwich) and path.

            Examples:
              apus iso list debian.iso
              apus iso list --names joliet debian.iso
              apus iso list --json debian.iso
            """.paragraphs)

    @OptionGroup var source: ImageOptions

    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        let reader = try source.read()
        let lines = reader.tree.visits.map { FileLine($0, in: reader.tree) }
        guard json else {
            for line in lines { try Terminal.output(line.text) }
            let boots = reader.isBootable ? ", bootable" : ""
            return Terminal.progress(
                "\(source.image): volume \"\(printable(reader.volumeName.utf8))\", \(reader.names.rawValue) names\(boots)"
            )
        }
        let document = Document(
            volume: reader.volumeName, names: reader.names.rawValue, bootable: reader.isBootable, files: lines)
        try Terminal.output(json: document)
    }

    private struct Document: Encodable {
        var volume: String
        var names: String
        var bootable: Bool
        var files: [FileLine]
    }
}

/// The image on a command line, and which of its names are taken.
struct ImageOptions: ParsableArguments {
    @Argument(help: "The image.", completion: .file())
    var image: String

    @Option(help: "Which names to take: rock-ridge, joliet or plain (default: the first of these that there are).")
    var names: OpticalImageReader.Names?

    /// Reads the image's catalogue. Warnings go to standard error.
    func read() throws(CommandFailure) -> OpticalImageReader {
        let reader = try CommandFailure.asInput { () throws(OpticalImageError) in
            try OpticalImageReader(path: image, names: names)
        }
        for warning in reader.warnings { Terminal.progress("warning: \(image): \(warning)") }
        return reader
    }
}

extension OpticalImageReader.Names: ExpressibleByArgument {}
