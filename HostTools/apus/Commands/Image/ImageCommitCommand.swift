// SPDX-License-Identifier: MIT
import ArgumentParser
import DiskImage

/// `apus image commit`: writes an overlay's contents into its backing file.
struct ImageCommitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "commit",
        abstract: "Write what an overlay holds into its backing file.",
        discussion: """
            Afterwards the overlay is empty, unless -d or -b is given. With -b the contents go into a lower image of the
            chain; the images between are then of no use any more. If the work is interrupted, the overlay still holds
            everything, so it can be begun again.

            Examples:
              apus image commit overlay.qcow2
              apus image commit -d -b base.qcow2 overlay.qcow2
            """.paragraphs)

    @OptionGroup var image: DiskImageOptions
    @OptionGroup var progress: ProgressOptions

    @Option(
        name: [.customShort("b"), .customLong("base")], help: "The backing file to write into (default: the next one).")
    var base: String?

    @Flag(name: [.customShort("d"), .customLong("keep")], help: "Leave the overlay as it is.")
    var keeps = false

    @Argument(help: "The overlay.", completion: .file())
    var file: String

    func run() async throws {
        let target = try await ImageWork.run(progress) { control in
            var commit = Commit()
            commit.control = control
            return try commit.run(
                file, opening: image.opening(), base: base, empties: !keeps && base == nil)
        }
        if !progress.quiet { Terminal.progress("\(file): committed into \(target)") }
    }
}
