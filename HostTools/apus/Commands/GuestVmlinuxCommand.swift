// SPDX-License-Identifier: MIT
import ArgumentParser
import GuestPayload

/// `apus guest vmlinux`: takes the ELF kernel out of a bzImage.
struct GuestVmlinuxCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vmlinux",
        abstract: "Take the kernel proper out of a Linux bzImage.",
        discussion: """
            Kernels packed with LZ4, XZ, LZMA, gzip and Zstandard are understood. The result is checked: it has a Xen
            PVH note and is complete. (The other commands do this by themselves when they are given a bzImage.)

            Example:
              apus guest vmlinux /boot/vmlinuz-6.1.0-cloud-amd64 --output vmlinux
            """.paragraphs)

    @Argument(help: "The bzImage.", completion: .file())
    var bzimage: String

    @Option(help: ArgumentHelp("The ELF file to write.", valueName: "file"), completion: .file())
    var output: String

    func run() async throws {
        let packed = try InputFile.read(bzimage)
        let kernel = try CommandFailure.asInput { () throws(KernelImageError) in
            try KernelImage(contents: packed, name: bzimage)
        }
        try InputFile.write(kernel.elf, to: output)
        Terminal.progress("\(output): \(kernel.elf.count) bytes, from \(Self.describe(kernel.origin))")
    }

    private static func describe(_ origin: KernelImage.Origin) -> String {
        switch origin {
        case .elf: "an ELF file that was not packed"
        case .compressedELF(let compression): "an ELF file packed with \(compression)"
        case .bzImage(let compression): "a bzImage packed with \(compression)"
        }
    }
}
