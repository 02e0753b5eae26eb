// SPDX-License-Identifier: MIT
import Foundation
import OpticalImage

/// ISO images that start the hypervisor with its guests.
enum BootImage {
    /// Writes an image that boots as CD and as disk.
    /// - Parameter append: the hypervisor's command line.
    static func write(
        _ plan: BootPlan, kernel: Locations.Kernel, append: String, to path: String
    ) async throws(CommandFailure) {
        let commandLine = try checked(append)
        let temporary = try TemporaryFolder()
        let loader = try await GRUB.bootLoader(in: temporary)
        let script = GRUB.script(
            kernel: "/boot/apus.elf", commandLine: commandLine, modules: plan.modules.map { "/boot/\($0.name)" })
        try CommandFailure.asInput { () throws(OpticalImageError) in
            var image = try OpticalImage(volumeName: "APUS")
            image.bootLoader = loader
            try image.add("/boot/grub/grub.cfg", .bytes(Array(script.utf8)))
            try image.add("/boot/apus.elf", .file(path: kernel.elf64))
            for module in plan.modules { try image.add("/boot/\(module.name)", module.contents) }
            try image.write(to: path)
        }
    }

    /// GRUB hands over quotes and backslashes with backslashes in front, so that they would not arrive as written.
    static func checked(_ append: String) throws(CommandFailure) -> String {
        let isPlain = append.unicodeScalars.allSatisfy {
            (0x20..<0x7F).contains($0.value) && !"'\"\\".unicodeScalars.contains($0)
        }
        guard isPlain, append.utf8.count <= 1024 else {
            throw .input("--append: use up to 1024 printable ASCII characters, without quotes and backslashes")
        }
        return append
    }

    /// Whether a file is an ISO 9660 image: its first volume descriptor lies in sector 16.
    static func isImage(_ path: String) -> Bool {
        guard let file = FileHandle(forReadingAtPath: path) else { return false }
        defer { try? file.close() }
        try? file.seek(toOffset: 16 * 2048 + 1)
        return (try? file.read(upToCount: 5)) == Data("CD001".utf8)
    }
}
