// SPDX-License-Identifier: MIT
import ArgumentParser
import DiskImage
import Foundation

/// `apus image bootable`: writes a disk image with the hypervisor and its guests.
struct ImageBootableCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bootable",
        abstract: "Write a disk image that boots the hypervisor with these guests.",
        discussion: """
            The disk has a master boot record and one active partition, in which GRUB, the hypervisor and the guests lie.
            All guests are checked first: nothing is written when one of them could not start. The same input gives the
            same disk, byte for byte.

            Examples:
              apus image bootable --output apus.raw linux.cfg other.cfg
              apus image bootable --output apus.img --append "loglevel=debug" --guest-memory 512 vmlinuz
              apus image bootable --output apus.qcow2 linux.cfg
              apus run apus.raw                                     boots it as a hard disk
              apus run apus.raw --cpu intel                         the same in Bochs
            """.paragraphs)

    @OptionGroup var input: GuestOptions

    @Option(
        name: [.long, .customShort("o")], help: ArgumentHelp("The image to write.", valueName: "file"),
        completion: .file())
    var output: String

    @Option(
        name: [.customShort("f"), .customLong("format")],
        help: "The image's format: raw or qcow2 (default: qcow2 where its name ends so, else raw).")
    var format: DiskFormat?

    @OptionGroup var dateOptions: DateOptions
    @OptionGroup var progress: ProgressOptions

    @Option(
        help: ArgumentHelp("The hypervisor's command line, such as \"checks=on loglevel=debug\".", valueName: "options")
    )
    var append: String = ""

    @Option(help: ArgumentHelp("The hypervisor's 64-bit ELF.", valueName: "file"), completion: .file())
    var kernel: String?

    func validate() throws { try input.requireGuests() }

    func run() async throws {
        let kernel = try Locations.kernel(kernel)
        let plan = try BootPlan(try input.load())
        var image = try await BootImage.image(plan, kernel: kernel, append: append)
        image.dates = try dateOptions.dates()
        // Partitioning tools, and some emulators, want whole mebibytes.
        image.lengthUnit = 512
        let format = format ?? .named(output)
        switch format {
        case .raw: try image.write(named: output)
        case .qcow2:
            let temporary = try TemporaryFolder()
            try image.write(named: temporary.file("disk.raw"))
            try await convert(temporary.file("disk.raw"), to: output)
        }
        let names = plan.domains.map { "\($0.name) (\($0.memory) MiB)" }.joined(separator: ", ")
        Terminal.progress("\(output): \(format.rawValue), \(names)")
    }

    /// Makes a qcow2 image of a raw one, with holes where there are zeros.
    private func convert(_ raw: String, to path: String) async throws {
        try await ImageWork.run(progress) { control in
            var conversion = Conversion()
            conversion.control = control
            var opening = ImageOpening()
            opening.format = .raw
            try conversion.run(from: try opening.open(raw), to: path)
        }
    }
}
