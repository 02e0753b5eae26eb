// SPDX-License-Identifier: MIT
import ArgumentParser
import DiskImage

/// `apus image convert`: copies a disk into an image of another format or with other options.
struct ImageConvertCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "convert",
        abstract: "Copy a disk into a new image, of the same or another format.",
        discussion: """
            The new image holds what the disk shows, its backing files included; with -B it becomes an overlay, and only
            what the source itself holds is copied. What is zero takes no room. All processors work; the result does not
            depend on how many there are.

            \(CreationOptions.help)

            Examples:
              apus image convert -O qcow2 disk.raw disk.qcow2
              apus image convert -O qcow2 -c -o compression_type=zstd disk.qcow2 small.qcow2
              apus image convert -f qcow2 -O raw disk.img disk.raw
              apus image convert -O qcow2 -l before-upgrade disk.qcow2 old.qcow2
              apus image convert -O qcow2 -B base.qcow2 -F qcow2 overlay.qcow2 copy.qcow2
            """.paragraphs)

    @OptionGroup var image: DiskImageOptions
    @OptionGroup var progress: ProgressOptions

    @OptionGroup var output: OutputFormatOption
    private var targetFormat: DiskFormat { output.format(of: target) }

    @Option(name: [.customShort("o"), .customLong("options")], help: "Options of the new image; see above.")
    var options: [String] = []

    @Flag(name: [.customShort("c"), .customLong("compress")], help: "Pack all clusters (qcow2 only).")
    var compresses = false

    @Option(
        name: [.customShort("B"), .customLong("target-backing-file")],
        help: ArgumentHelp("Make the new image an overlay on this file.", valueName: "file"))
    var backingFile: String?

    @Option(name: [.customShort("F"), .customLong("target-backing-format")], help: "The format of that file.")
    var targetBackingFormat: DiskFormat?

    @Option(name: [.customShort("l"), .customLong("snapshot")], help: "Copy this internal snapshot of the source.")
    var snapshot: String?

    @Option(
        name: [.customShort("S"), .customLong("sparse-size")],
        help: "Blocks of zeros of this size become holes; 0 writes everything.")
    var sparseSize: String = "4k"

    @Option(
        name: [.customShort("m"), .customLong("threads")], help: "How many threads work (default: all processors).")
    var threads: Int?

    @Flag(name: [.customShort("n"), .customLong("no-create")], help: "Write into an image that is there.")
    var writesIntoPresent = false

    @Flag(help: "Refused: bitmaps are not copied.")
    var bitmaps = false

    @Argument(help: "The image to copy.", completion: .file())
    var source: String

    @Argument(help: "The image to make.", completion: .file())
    var target: String

    func validate() throws {
        guard !bitmaps else {
            throw ValidationError("--bitmaps: copying bitmaps is not supported; the copy would lack them")
        }
        guard threads ?? 1 > 0 else { throw ValidationError("-m must be at least 1") }
    }

    func run() async throws {
        let settings = try conversion()
        let lost = try await ImageWork.run(progress) { control in
            var conversion = settings
            conversion.control = control
            let source = try image.opening().open(source, snapshot: snapshot)
            if writesIntoPresent {
                let target = try image.opening(format: targetFormat, writes: true).open(target)
                try conversion.run(from: source, over: target)
            } else {
                try conversion.run(from: source, to: target)
            }
            return try (source as? QCOW2Image)?.bitmaps().map { "\"\($0.name)\"" } ?? []
        }
        guard !progress.quiet else { return }
        Terminal.progress("\(target): complete, \(targetFormat.rawValue)")
        if !lost.isEmpty {
            Terminal.progress("\(source): its bitmaps (\(lost.joined(separator: ", "))) are not copied")
        }
    }

    private func conversion() throws(CommandFailure) -> Conversion {
        var conversion = Conversion()
        var further = CreationOptions.Further()
        for list in options { try conversion.options.apply(list, further: &further) }
        guard further.size == nil else {
            throw .input("-o size: the new image has the size of the source; resize it afterwards")
        }
        conversion.options.backing = try BackingArguments.reference(
            backingFile ?? further.backingName, targetBackingFormat ?? further.backingFormat)
        conversion.format = targetFormat
        conversion.compresses = compresses
        conversion.threads = threads ?? ImageWork.processors
        guard let sparse = ByteCount.parse(sparseSize), sparse % 512 == 0, sparse <= 1 << 20 else {
            throw .input("-S \(sparseSize): use a multiple of 512, at most 1M, or 0")
        }
        conversion.sparseSize = Int(sparse)
        return conversion
    }
}
