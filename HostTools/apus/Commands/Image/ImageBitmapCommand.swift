// SPDX-License-Identifier: MIT
import ArgumentParser
import DiskImage

/// `apus image bitmap`: the persistent bitmaps of an image.
struct ImageBitmapCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bitmap",
        abstract: "List the persistent bitmaps of a qcow2 image, or remove one.",
        discussion: """
            A bitmap notes which parts of a disk were written to since some moment, for backups. Commands that would make
            a bitmap untrue refuse to work; without the bitmap they do. To make, clear, merge or switch bitmaps use
            qemu-img bitmap, or the backup software that they belong to.

            Examples:
              apus image bitmap disk.qcow2
              apus image bitmap --remove monday disk.qcow2
            """.paragraphs)

    @OptionGroup var image: DiskImageOptions

    @Option(help: ArgumentHelp("Remove this bitmap.", valueName: "name"))
    var remove: String?

    @Argument(help: "The image.", completion: .file())
    var file: String

    func run() async throws {
        var opening = image.opening(writes: remove != nil)
        opening.backing = .ignored
        let (path, settled) = (file, opening)
        let bitmaps = try CommandFailure.asInput { () throws(DiskImageError) in
            let image = try settled.openQCOW2(path)
            if let remove { try image.removeBitmap(named: remove) }
            return try image.bitmaps()
        }
        guard remove == nil else { return }
        if bitmaps.isEmpty { Terminal.progress("\(path): no bitmaps") }
        for bitmap in bitmaps {
            let flags = bitmap.flagNames.isEmpty ? "" : ", " + bitmap.flagNames.joined(separator: ", ")
            try Terminal.output("\(bitmap.name): a bit for \(ByteCount.short(bitmap.granularity))\(flags)")
        }
    }
}
