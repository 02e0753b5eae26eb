// SPDX-License-Identifier: MIT
import ArgumentParser
import DiskImage

/// `apus image snapshot`: internal snapshots.
struct ImageSnapshotCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "snapshot",
        abstract: "List, take, apply or delete snapshots inside a qcow2 image.",
        discussion: """
            A snapshot is named by its ID or its name; where it is the ID of one and the name of another, -d takes the
            name, and -a the ID. Applying one makes the disk what it was then; what was written
            since is lost unless another snapshot holds it.

            Examples:
              apus image snapshot -l disk.qcow2
              apus image snapshot -c before-upgrade disk.qcow2
              apus image snapshot -a before-upgrade disk.qcow2
              apus image snapshot -d before-upgrade disk.qcow2
            """.paragraphs)

    @OptionGroup var image: DiskImageOptions

    @Flag(name: [.customShort("l"), .customLong("list")], help: "List the snapshots (the default).")
    var lists = false

    @Option(
        name: [.customShort("c"), .customLong("create")], help: ArgumentHelp("Take a snapshot.", valueName: "name"))
    var created: String?

    @Option(
        name: [.customShort("a"), .customLong("apply")], help: ArgumentHelp("Apply a snapshot.", valueName: "name"))
    var applied: String?

    @Option(
        name: [.customShort("d"), .customLong("delete")], help: ArgumentHelp("Delete a snapshot.", valueName: "name"))
    var deleted: String?

    @Flag(name: .shortAndLong, help: "Print nothing but errors.")
    var quiet = false

    @Argument(help: "The image.", completion: .file())
    var file: String

    func validate() throws {
        let given = [lists ? "" : nil, created, applied, deleted].compactMap { $0 }
        guard given.count <= 1 else { throw ValidationError("use one of -l, -c, -a and -d") }
    }

    func run() async throws {
        let writes = created != nil || applied != nil || deleted != nil
        var opening = image.opening(writes: writes)
        opening.backing = .ignored
        let (path, settled) = (file, opening)
        let snapshots = try CommandFailure.asInput { () throws(DiskImageError) in
            let image = try settled.openQCOW2(path)
            if let created { try image.createSnapshot(named: created) }
            if let applied { try image.applySnapshot(applied) }
            if let deleted { try image.deleteSnapshot(deleted) }
            return try image.snapshots()
        }
        if !writes, !snapshots.isEmpty {
            try Terminal.output((["Snapshot list:"] + SnapshotListing.lines(snapshots)).joined(separator: "\n"))
        } else if !writes, !quiet {
            Terminal.progress("\(path): no snapshots")
        }
    }
}
