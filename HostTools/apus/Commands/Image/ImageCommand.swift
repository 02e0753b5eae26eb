// SPDX-License-Identifier: MIT
import ArgumentParser

/// `apus image`: disk images.
struct ImageCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "image", abstract: "Make disk images that boot.", subcommands: [ImageBootableCommand.self])
}
