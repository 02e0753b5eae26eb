// SPDX-License-Identifier: MIT
import ArgumentParser
import DiskImage

/// `apus image measure`: how much room a new image would take.
struct ImageMeasureCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "measure",
        abstract: "Tell how much room a new image would take, before it is made.",
        discussion: """
            The source is an image, or with --size an empty disk. "Required" is the most that the new image takes at
            first, "fully allocated" what it takes once all of its disk has been written to. Bitmaps of the source are
            counted apart, since convert leaves them out. Packing (convert -c) is not foreseen.

            \(CreationOptions.help)

            Examples:
              apus image measure -O qcow2 disk.raw
              apus image measure -O qcow2 -o cluster_size=2M --size 1T
              apus image measure --output json -O raw disk.qcow2
            """.paragraphs)

    @OptionGroup var image: DiskImageOptions

    @Option(name: [.customShort("O"), .customLong("output-format")], help: "The new image's format: raw or qcow2.")
    var outputFormat: DiskFormat = .raw

    @Option(name: [.customShort("o"), .customLong("options")], help: "Options of the new image; see above.")
    var options: [String] = []

    @Option(name: [.customShort("l"), .customLong("snapshot")], help: "Measure this internal snapshot of the source.")
    var snapshot: String?

    @Option(help: "Measure an empty disk of this size instead of an image.")
    var size: String?

    @Option(help: "The result's form: human or json.")
    var output: OutputForm = .human

    @Argument(help: "The image that would be copied.", completion: .file())
    var file: String?

    func validate() throws {
        guard (file == nil) != (size == nil) else { throw ValidationError("name an image, or give --size; not both") }
        guard snapshot == nil || file != nil else { throw ValidationError("-l needs an image") }
    }

    func run() async throws {
        let result = try measure()
        switch output {
        case .human: try Terminal.output(result.text)
        case .json: try Terminal.output(result.json.text())
        }
    }

    private func measure() throws(CommandFailure) -> ImageMeasurement {
        var creation = CreationOptions()
        var further = CreationOptions.Further()
        for list in options { try creation.apply(list, further: &further) }
        if let name = further.backingName {
            creation.backing = BackingReference(name: name, format: further.backingFormat ?? .raw)
        }
        let bytes = try size.map { text throws(CommandFailure) in try ByteCount.required(text) }
        let settled = creation
        return try CommandFailure.asInput { () throws(DiskImageError) in
            guard let file else {
                return try ImageMeasurement(size: bytes ?? 0, format: outputFormat, options: settled)
            }
            let source = try image.opening().open(file, snapshot: snapshot)
            return try ImageMeasurement(of: source, format: outputFormat, options: settled)
        }
    }
}

extension ImageMeasurement {
    /// The figures for people, in qemu-img's words.
    fileprivate var text: String {
        let lines = ["required size: \(required)", "fully allocated size: \(fullyAllocated)"]
        return (lines + (bitmaps.map { ["bitmaps size: \($0)"] } ?? [])).joined(separator: "\n")
    }

    /// The figures in the form of QEMU's BlockMeasureInfo. Source: QEMU, `qapi/block-core.json`.
    fileprivate var json: JSONValue {
        .object(
            (bitmaps.map { [("bitmaps", .unsigned($0))] } ?? [])
                + [("required", .unsigned(required)), ("fully-allocated", .unsigned(fullyAllocated))])
    }
}
