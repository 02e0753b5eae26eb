// SPDX-License-Identifier: MIT
import ArgumentParser
import DiskImage

/// The option by which the format of a new image is chosen.
struct OutputFormatOption: ParsableArguments {
    @Option(
        name: [.customShort("O"), .customLong("output-format")],
        help: "The new image's format: raw or qcow2 (default: qcow2 where its name ends so, else raw).")
    var outputFormat: DiskFormat?

    /// The format of a new image of this name.
    func format(of path: String) -> DiskFormat { outputFormat ?? .named(path) }
}
