// SPDX-License-Identifier: MIT
import ArgumentParser

/// `apus iso`: optical images.
struct ISOCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "iso", abstract: "Make optical images, and see and take out what is in them.",
        discussion: """
            Examples:
              apus iso build --output apus.iso linux.cfg          boots the hypervisor with this guest
              apus iso build --output data.iso --folder photos    a data disc
              apus iso list debian.iso
              apus iso extract debian.iso --output unpacked install.amd/vmlinuz
              apus iso seed seed.iso user-data meta-data          configures a guest with cloud-init
            """.paragraphs,
        subcommands: [ISOBuildCommand.self, ISOListCommand.self, ISOExtractCommand.self, ISOSeedCommand.self])
}
