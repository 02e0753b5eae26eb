// SPDX-License-Identifier: MIT
import ArgumentParser
import DiskImage

/// `apus image map`: where the disk's bytes lie.
struct ImageMapCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "map",
        abstract: "List which parts of a disk hold data, and where they lie.",
        discussion: """
            Examples:
              apus image map disk.qcow2
              apus image map --output json --start-offset 1M --max-length 64k overlay.qcow2
            """.paragraphs)

    @OptionGroup var image: DiskImageOptions

    @Option(help: "The result's form: human or json.")
    var output: OutputForm = .human

    @Option(help: ArgumentHelp("Where the listing begins.", valueName: "offset"))
    var startOffset: String = "0"

    @Option(help: ArgumentHelp("How much of the disk is listed.", valueName: "size"))
    var maxLength: String?

    @Argument(help: "The image.", completion: .file())
    var file: String

    func run() async throws {
        let start = try ByteCount.required(startOffset)
        let length = try maxLength.map { text throws(CommandFailure) in try ByteCount.required(text) }
        var entries: [MapEntry] = []
        let (path, opening, form) = (file, image.opening(), output)
        try CommandFailure.asInput { () throws(DiskImageError) in
            try ImageMap.list(try opening.open(path), from: start, count: length) { entry throws(DiskImageError) in
                guard form == .json || (entry.isData && !entry.isZero) else { return }
                guard form == .json || !entry.isCompressed else {
                    throw .refused(
                        file: path, reason: "has compressed clusters, which lie nowhere as they are; use --output json")
                }
                entries.append(entry)
            }
        }
        try Terminal.output(form == .json ? Self.json(entries) : Self.table(entries))
    }

    private static func json(_ entries: [MapEntry]) -> String {
        let lines = entries.map { entry in
            let offset = entry.offset.map { ", \"offset\": \($0)" } ?? ""
            return "{ \"start\": \(entry.start), \"length\": \(entry.length), \"depth\": \(entry.depth), "
                + "\"present\": \(entry.isPresent), \"zero\": \(entry.isZero), \"data\": \(entry.isData)\(offset)}"
        }
        return "[" + lines.joined(separator: ",\n") + "]"
    }

    private static func table(_ entries: [MapEntry]) -> String {
        func column(_ text: String) -> String { text + String(repeating: " ", count: max(0, 16 - text.count)) }
        func hexadecimal(_ number: UInt64) -> String { number == 0 ? "0" : "0x" + String(number, radix: 16) }
        let head = column("Offset") + column("Length") + column("Mapped to") + "File"
        return
            ([head]
            + entries.map {
                column(hexadecimal($0.start)) + column(hexadecimal($0.length)) + column(hexadecimal($0.offset ?? 0))
                    + $0.path
            }).joined(separator: "\n")
    }
}
