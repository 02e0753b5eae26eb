// SPDX-License-Identifier: MIT
import ArgumentParser
import DiskImage

/// `apus image rebase`: puts an overlay onto another backing file.
struct ImageRebaseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rebase",
        abstract: "Put an overlay onto another backing file, or onto none.",
        discussion: """
            The disk shows the same before and after: what the two backing files have different is copied into the
            overlay. With -u only the name is changed, which is right when the file was moved or renamed. -b "" copies
            everything, and leaves an image without backing file.

            Examples:
              apus image rebase -b new-base.qcow2 -F qcow2 overlay.qcow2
              apus image rebase -u -b moved/base.qcow2 -F qcow2 overlay.qcow2
              apus image rebase -b "" overlay.qcow2
            """.paragraphs)

    @OptionGroup var image: DiskImageOptions
    @OptionGroup var progress: ProgressOptions

    @Option(
        name: [.customShort("b"), .customLong("backing-file")],
        help: ArgumentHelp("The new backing file, seen from the overlay's folder; \"\" for none.", valueName: "file"))
    var backingFile: String

    @Option(name: [.customShort("F"), .customLong("new-format")], help: "The format of the new backing file.")
    var newFormat: DiskFormat?

    @Flag(name: [.customShort("u"), .customLong("unsafe")], help: "Change the name only, and look at neither file.")
    var isUnsafe = false

    @Argument(help: "The overlay.", completion: .file())
    var file: String

    func run() async throws {
        let reference = try BackingArguments.reference(backingFile, newFormat)
        try await ImageWork.run(progress) { control in
            var rebase = Rebase()
            rebase.control = control
            var opening = image.opening(writes: true)
            if isUnsafe { opening.backing = .ignored }
            let overlay = try opening.openQCOW2(file)
            if isUnsafe { return try rebase.rename(overlay, to: reference) }
            try rebase.run(overlay, onto: try openNew(reference), named: reference)
        }
        let name = backingFile.isEmpty ? "no backing file" : backingFile
        if !progress.quiet { Terminal.progress("\(file): now lies on \(name)") }
    }

    private func openNew(_ reference: BackingReference?) throws(DiskImageError) -> (any DiskImage)? {
        guard let reference else { return nil }
        return try image.opening(format: reference.format).open(besides: file, reference.name)
    }
}
