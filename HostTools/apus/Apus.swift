// SPDX-License-Identifier: MIT
import ArgumentParser
import Foundation

/// The command: everything a developer does with the hypervisor on a host.
@main
struct Apus: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "apus",
        abstract: "Build, boot and test guests on the Apus hypervisor, in an emulator.",
        discussion: """
            A GUEST is an xl configuration (.cfg), a kernel with a Xen PVH note (ELF), or a Linux bzImage.

            Examples:
              apus run .build/guests/conformance.elf      boot a guest and watch its console
              apus run linux.cfg other.cfg                boot two domains beside each other
              apus test                                   boot the test suites and report
              apus iso build --output apus.iso linux.cfg  make an image that boots as CD and as disk
              apus image create -f qcow2 disk.qcow2 20G   make a disk image

            Exit status: 0 good, 1 a test failed, 2 wrong usage or input, 3 a guest or the hypervisor crashed,
            4 time was up, 5 the emulator is missing.
            """.paragraphs,
        subcommands: [
            RunCommand.self, TestCommand.self, ConformanceCommand.self, BenchCommand.self, FuzzCommand.self,
            ImageCommand.self, ISOCommand.self, GuestCommand.self, MachineIDCommand.self, HypercallsCommand.self,
        ])

    static func main() async {
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await Interruption.cancelling { try await command.run() }
            } else {
                try command.run()
            }
        } catch let failure as CommandFailure {
            if !failure.message.isEmpty { Terminal.error("apus: \(failure.message)") }
            failure.status.leave()
        } catch let code as ExitCode {
            // A command whose statuses have meanings of their own, and which has said what there is to say.
            Foundation.exit(code.rawValue)
        } catch {
            finish(parserError: error)
        }
    }

    /// Prints help where help was asked for, and a usage error with our own status for wrong input.
    private static func finish(parserError error: any Error) -> Never {
        let message = fullMessage(for: error)
        guard exitCode(for: error).isSuccess else {
            Terminal.error(message)
            ExitStatus.wrongInput.leave()
        }
        if !message.isEmpty { print(message) }
        ExitStatus.good.leave()
    }
}
