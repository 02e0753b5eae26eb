// SPDX-License-Identifier: MIT
import ArgumentParser

/// `apus iso`: bootable images.
struct ISOCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "iso", abstract: "Make bootable images.", subcommands: [ISOBuildCommand.self])
}
