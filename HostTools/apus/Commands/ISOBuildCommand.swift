// SPDX-License-Identifier: MIT
import ArgumentParser

/// `apus iso build`: writes an image with the hypervisor and its guests.
struct ISOBuildCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "build",
        abstract: "Write an image that boots the hypervisor with these guests, as a CD and as a disk.",
        discussion: """
            All guests are checked first: nothing is written when one of them could not start. The same input gives
            the same image, byte for byte.

            Examples:
              apus iso build --output apus.iso .build/guests/conformance.elf linux.cfg
              apus iso build --output apus.iso --append "loglevel=debug" --guest-memory 512 vmlinuz
            """)

    @OptionGroup var input: GuestOptions

    @Option(help: ArgumentHelp("The image to write.", valueName: "file"), completion: .file())
    var output: String

    @Option(
        help: ArgumentHelp("The hypervisor's command line, such as \"checks=on loglevel=debug\".", valueName: "options")
    )
    var append: String = ""

    @Option(help: ArgumentHelp("The hypervisor's 64-bit ELF.", valueName: "file"), completion: .file())
    var kernel: String?

    func run() async throws {
        let kernel = try Locations.kernel(kernel)
        let plan = try BootPlan(try input.load())
        try await BootImage.write(plan, kernel: kernel, append: append, to: output)
        let names = plan.domains.map { "\($0.name) (\($0.memory) MiB)" }.joined(separator: ", ")
        Terminal.progress("\(output): \(names)")
    }
}
