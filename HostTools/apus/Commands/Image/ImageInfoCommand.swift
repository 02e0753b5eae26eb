// SPDX-License-Identifier: MIT
import ArgumentParser
import DiskImage

/// `apus image info`: what is known of an image.
struct ImageInfoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "info",
        abstract: "Tell an image's format, sizes, options, backing file and snapshots.",
        discussion: """
            No other file is opened unless --backing-chain asks for it.

            Examples:
              apus image info disk.qcow2
              apus image info --output json --backing-chain overlay.qcow2
            """.paragraphs)

    @Option(
        name: [.customShort("f"), .customLong("format")],
        help: "The image's format: raw or qcow2 (default: what its first bytes say).")
    var format: DiskFormat?

    @Option(help: "The result's form: human or json.")
    var output: OutputForm = .human

    @Flag(help: "Tell of all backing files as well, wherever they are.")
    var backingChain = false

    @Flag(
        name: [.customShort("U"), .customLong("force-share")],
        help: "Read the image although another process may be writing to it.")
    var shares = false

    @Argument(help: "The image.", completion: .file())
    var file: String

    func run() async throws {
        var opening = ImageOpening(format: format)
        opening.shares = shares
        opening.checks = false
        opening.trustsFirstBytes = true
        opening.backing = backingChain ? .anywhere : .ignored
        let (path, settled) = (file, opening)
        let chain = try CommandFailure.asInput { () throws(DiskImageError) in
            try ImageInformation.chain(try settled.open(path))
        }
        switch (output, backingChain) {
        case (.json, true): try Terminal.output(JSONValue.array(chain.map(\.json)).text())
        case (.json, false): try Terminal.output(chain[0].json.text())
        case (.human, _): try Terminal.output(chain.map(\.text).joined(separator: "\n\n"))
        }
    }
}
