// SPDX-License-Identifier: MIT
import ArgumentParser
import FileTree
import Foundation
import OpticalImage

/// `apus iso build`: writes an image with the hypervisor and its guests, or with the files of a folder.
struct ISOBuildCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "build",
        abstract: "Write an image that boots the hypervisor with these guests, or one of a folder's files.",
        discussion: """
            An image with guests boots as a CD and as a disk. All guests are checked first: nothing is written when one
            of them could not start. The same input gives the same image, byte for byte.

            An image of a folder holds its files with Rock Ridge (long names, owners, modes, links, device nodes) and
            Joliet names; -R and -J, by which other tools are asked for these, are accepted. The hypervisor is not on it.

            Examples:
              apus iso build --output apus.iso .build/guests/conformance.elf linux.cfg
              apus iso build --output apus.iso --append "loglevel=debug" --guest-memory 512 vmlinuz
              apus iso build --output data.iso --volume-name PHOTOS --folder photos
              apus iso build -r -J -V PHOTOS -o data.iso --folder photos --own-dates
            """.paragraphs)

    @OptionGroup var input: GuestOptions

    @Option(
        name: [.long, .customShort("o")], help: ArgumentHelp("The image to write.", valueName: "file"),
        completion: .file())
    var output: String

    @Option(
        help: ArgumentHelp("Take the files of this folder, instead of guests.", valueName: "folder"),
        completion: .directory)
    var folder: String?

    @Option(
        name: [.long, .customLong("volid"), .customShort("V")],
        help: ArgumentHelp(
            "The disc's name: letters, digits and _ - . (default: APUS, or ISOIMAGE).", valueName: "name"))
    var volumeName: String?

    @Flag(
        name: [.customLong("rational-rock"), .customShort("r")],
        help: "Files of the folder belong to the superuser, and everybody may read them.")
    var isRational = false

    @Flag(name: [.customShort("R"), .customShort("J")], help: .hidden)
    var ignored: Int

    @OptionGroup var dateOptions: DateOptions

    @Option(
        help: ArgumentHelp("The hypervisor's command line, such as \"checks=on loglevel=debug\".", valueName: "options")
    )
    var append: String = ""

    @Option(help: ArgumentHelp("The hypervisor's 64-bit ELF.", valueName: "file"), completion: .file())
    var kernel: String?

    func validate() throws {
        guard folder == nil || input.guests.isEmpty, folder == nil || append.isEmpty && kernel == nil else {
            throw ValidationError("--folder makes a disc of files: it goes without guests, --append and --kernel.")
        }
        guard folder != nil || !isRational else { throw ValidationError("-r goes with --folder.") }
        if folder == nil { try input.requireGuests() }
        if let one = input.guests.first(where: Self.isFolder) {
            throw ValidationError("\(one) is a folder; a disc of its files is made with --folder \(one)")
        }
    }

    private static func isFolder(_ path: String) -> Bool {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        return attributes?[.type] as? FileAttributeType == .typeDirectory
    }

    func run() async throws {
        if let folder { return try build(of: folder) }
        let kernel = try Locations.kernel(kernel)
        let plan = try BootPlan(try input.load())
        var image = try await BootImage.image(plan, kernel: kernel, append: append, volumeName: volumeName ?? "APUS")
        image.dates = try dateOptions.dates()
        try image.write(named: output)
        let names = plan.domains.map { "\($0.name) (\($0.memory) MiB)" }.joined(separator: ", ")
        Terminal.progress("\(output): \(names)")
    }

    private func build(of folder: String) throws {
        var tree = try CommandFailure.asInput { () throws(HostFileError) in try FileTree(folder: folder) }
        if isRational { tree.makeRational() }
        var image = try CommandFailure.asInput { () throws(OpticalImageError) in
            try OpticalImage(volumeName: volumeName ?? "ISOIMAGE", tree: tree)
        }
        image.dates = try dateOptions.dates()
        try image.write(named: output)
        let visits = tree.visits
        Terminal.progress("\(output): \(visits.count) files and folders, \(ProgressDisplay.size(tree.totalSize))")
    }
}

extension OpticalImage {
    /// Writes the image, and shows how far that is.
    func write(named path: String) throws(CommandFailure) {
        try CommandFailure.asInput { () throws(OpticalImageError) in
            let display = ProgressDisplay(path, total: try size())
            defer { display.finish() }
            try write(to: path, progress: display.progress)
        }
    }
}

extension FileTree {
    /// What genisoimage's option -r does: everything belongs to the superuser, all may read, and execute what the owner may.
    mutating func makeRational() {
        for number in [root] + visits.map(\.number) {
            let isExecutable = self[number].isFolder || self[number].attributes.permissions & 0o111 != 0
            self[number].attributes = FileAttributes(
                permissions: isExecutable ? 0o555 : 0o444,
                modificationTime: self[number].attributes.modificationTime)
        }
    }
}
