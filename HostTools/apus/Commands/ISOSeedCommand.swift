// SPDX-License-Identifier: MIT
import ArgumentParser
import CloudSeed
import OpticalImage

/// `apus iso seed`: writes a seed for cloud-init.
struct ISOSeedCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "seed",
        abstract: "Write a NoCloud seed, with which cloud-init configures a guest at its first start.",
        discussion: """
            The arguments are those of cloud-localds. The image is named cidata and holds the files under the names that
            cloud-init looks for. All of them are checked first, as cloud-init itself tells of mistakes only in its log.

            Examples:
              apus iso seed seed.iso user-data meta-data
              apus iso seed seed.iso user.yaml meta.yaml --network-config net.yaml --vendor-data vendor.yaml
            """.paragraphs)

    @Argument(help: "The image to write.", completion: .file())
    var output: String

    @Argument(help: "What is to be done: #cloud-config and YAML, or a script.", completion: .file())
    var userData: String

    @Argument(help: "Who the guest is: YAML with instance-id, and perhaps local-hostname.", completion: .file())
    var metaData: String

    @Option(
        name: [.long, .customShort("N")],
        help: ArgumentHelp("Network configuration, version 1 or 2.", valueName: "file"),
        completion: .file())
    var networkConfig: String?

    @Option(
        name: [.long, .customShort("V")],
        help: ArgumentHelp("What the vendor adds, like user-data.", valueName: "file"),
        completion: .file())
    var vendorData: String?

    @OptionGroup var dateOptions: DateOptions

    func run() async throws {
        var names: [CloudSeed.Part: String] = [.userData: userData, .metaData: metaData]
        names[.networkConfiguration] = networkConfig
        names[.vendorData] = vendorData
        var parts: [CloudSeed.Part: [UInt8]] = [:]
        for (part, path) in names { parts[part] = try InputFile.read(path) }
        let seed = try CommandFailure.asInput { () throws(CloudSeedError) in try CloudSeed(parts: parts, names: names) }
        var image = try CommandFailure.asInput { () throws(OpticalImageError) in try seed.image() }
        image.dates = try dateOptions.dates()
        try image.write(named: output)
        Terminal.progress("\(output): \(parts.keys.map(\.rawValue).sorted().joined(separator: ", "))")
    }
}
