// SPDX-License-Identifier: MIT
import ArgumentParser
import DiskImage

/// `apus image compare`: whether two disks have the same contents.
struct ImageCompareCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Tell whether two disks have the same contents, whatever their formats.",
        discussion: """
            A disk may be longer than the other, if what it has more is zeros. With -s the sizes have to be the same, and
            each part has to be set aside in both images or in none.

            Exit status: 0 the same, 1 different, 2 an image could not be read.

            Examples:
              apus image compare disk.raw disk.qcow2
              apus image compare -f raw -F qcow2 disk.img copy.img
            """.paragraphs)

    @OptionGroup var image: DiskImageOptions
    @OptionGroup var progress: ProgressOptions

    @Option(name: [.customShort("F"), .customLong("second-format")], help: "The second image's format.")
    var secondFormat: DiskFormat?

    @Flag(name: [.customShort("s"), .customLong("strict")], help: "Compare size and allocation as well.")
    var isStrict = false

    @Argument(help: "The first image.", completion: .file())
    var first: String

    @Argument(help: "The second image.", completion: .file())
    var second: String

    func run() async throws {
        let result = try await ImageWork.run(progress) { control in
            var comparison = Comparison()
            comparison.isStrict = isStrict
            comparison.control = control
            var opening = image.opening()
            let one = try opening.open(first)
            opening.format = secondFormat
            return try comparison.run(one, try opening.open(second))
        }
        if !progress.quiet { try Terminal.output(Self.describe(result)) }
        if result != .identical { throw ExitCode(1) }
    }

    private static func describe(_ result: Comparison.Result) -> String {
        switch result {
        case .identical: "Images are identical."
        case .sizesDiffer: "Strict mode: Image size mismatch!"
        case .contentsDiffer(let offset): "Content mismatch at offset \(offset)!"
        case .allocationDiffers(let offset): "Strict mode: Offset \(offset) allocation mismatch!"
        }
    }
}
