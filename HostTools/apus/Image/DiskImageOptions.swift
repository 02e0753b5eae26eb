// SPDX-License-Identifier: MIT
import ArgumentParser
import DiskImage

extension DiskFormat: ExpressibleByArgument {}
extension Repair: ExpressibleByArgument {}
extension Preallocation: ExpressibleByArgument {}

/// The form of a result.
enum OutputForm: String, ExpressibleByArgument, CaseIterable {
    case human, json
}

/// Which backing files may be opened.
enum BackingChoice: String, ExpressibleByArgument, CaseIterable {
    case none, folder, anywhere

    var policy: ImageOpening.BackingPolicy {
        switch self {
        case .none: .ignored
        case .folder: .sameFolder
        case .anywhere: .anywhere
        }
    }
}

/// The options by which an image is opened.
struct DiskImageOptions: ParsableArguments {
    @Option(
        name: [.customShort("f"), .customLong("format")],
        help: "The image's format: raw or qcow2 (default: by its name, where its first bytes agree).")
    var format: DiskFormat?

    @Option(
        help: ArgumentHelp(
            "Backing files that may be opened: none, those in the image's folder, or anywhere.", valueName: "where"))
    var backing: BackingChoice = .folder

    @Option(help: "The format of backing files for which the image does not record it.")
    var backingFormat: DiskFormat?

    @Flag(
        name: [.customShort("U"), .customLong("force-share")],
        help: "Read the image although another process may be writing to it.")
    var shares = false

    @Flag(help: "Read a damaged image as far as its tables allow.")
    var skipCheck = false

    /// How the image is opened.
    func opening(format: DiskFormat? = nil, writes: Bool = false) -> ImageOpening {
        var opening = ImageOpening(format: format ?? self.format)
        opening.writes = writes
        opening.shares = shares
        opening.backing = backing.policy
        opening.unrecordedBackingFormat = backingFormat
        opening.checks = !skipCheck || writes
        return opening
    }
}

/// Whether progress is shown.
struct ProgressOptions: ParsableArguments {
    @Flag(
        name: [.customShort("p"), .customLong("progress")], help: "Show progress (on a terminal it is shown anyway).")
    var showsProgress = false

    @Flag(name: .shortAndLong, help: "Print nothing but errors.")
    var quiet = false
}
