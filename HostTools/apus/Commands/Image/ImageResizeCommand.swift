// SPDX-License-Identifier: MIT
import ArgumentParser
import DiskImage

/// `apus image resize`: changes the size of a disk.
struct ImageResizeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resize",
        abstract: "Make a disk larger, or with --shrink smaller.",
        discussion: """
            SIZE is the new size, or with + or - before it the difference. What comes into being reads as zeros. The
            partitions and file systems on the disk are not changed: before a disk is made smaller, they have to be.

            Examples:
              apus image resize disk.qcow2 40G
              apus image resize disk.qcow2 +10G
              apus image resize --shrink disk.qcow2 -5G
              apus image resize -f raw disk.img 2G
            """.paragraphs)

    @OptionGroup var image: DiskImageOptions

    @Flag(help: "Allow the disk to become smaller; what lies behind its new end is lost.")
    var shrink = false

    @Option(help: "How much of the new room is set aside at once: off, metadata, falloc or full.")
    var preallocation: Preallocation = .off

    @Flag(name: .shortAndLong, help: "Print nothing but errors.")
    var quiet = false

    @Argument(help: "The image.", completion: .file())
    var file: String

    // A size such as -5G looks like an option that nobody knows.
    @Argument(parsing: .allUnrecognized, help: ArgumentHelp("The new size, or the difference.", valueName: "size"))
    var sizes: [String] = []

    func run() async throws {
        guard sizes.count == 1, let text = sizes.first else {
            throw CommandFailure.input("resize takes an image and one size, such as 40G or +10G")
        }
        let (path, opening) = (file, image.opening(writes: true))
        let size = try CommandFailure.asInput { () throws(DiskImageError) in
            let image = try opening.open(path)
            guard let size = Self.size(text, from: image.virtualSize) else {
                throw .usage("\"\(text)\" is no size; write one such as 40G, +10G or -5G")
            }
            try image.resize(to: size, shrinks: shrink, preallocation: preallocation)
            if let image = image as? QCOW2Image { try image.close() }
            return image.virtualSize
        }
        if !quiet { Terminal.progress("\(path): resized to \(ByteCount.short(size)) (\(size) bytes)") }
    }

    /// The size that a text names, seen from the present one.
    private static func size(_ text: String, from present: UInt64) -> UInt64? {
        guard let sign = text.first, sign == "+" || sign == "-" else { return ByteCount.parse(text) }
        guard let difference = ByteCount.parse(String(text.dropFirst())) else { return nil }
        let (size, overflow) =
            sign == "+" ? present.addingReportingOverflow(difference) : present.subtractingReportingOverflow(difference)
        return overflow ? nil : size
    }
}
