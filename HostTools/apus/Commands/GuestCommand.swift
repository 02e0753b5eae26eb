// SPDX-License-Identifier: MIT
import ArgumentParser

/// `apus guest`: the files that guests are made of.
struct GuestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "guest", abstract: "Make the files that guests start from, and copy guests.",
        subcommands: [GuestVmlinuxCommand.self, GuestInitramfsCommand.self, GuestCloneCommand.self])
}
