// SPDX-License-Identifier: MIT
import Emulator
import FileTree
import Foundation
import OpticalImage

/// ISO images that start the hypervisor with its guests.
enum BootImage {
    /// An image that boots as CD and as disk.
    /// - Parameter append: the hypervisor's command line.
    static func image(
        _ plan: BootPlan, kernel: Locations.Kernel, append: String, volumeName: String = "APUS"
    ) async throws(CommandFailure) -> OpticalImage {
        let commandLine = try checked(append)
        let temporary = try TemporaryFolder()
        let loader = try await GRUB.bootLoader(in: temporary)
        let script = GRUB.script(
            kernel: "/boot/apus.elf", commandLine: commandLine, modules: plan.modules.map { "/boot/\($0.name)" })
        let hypervisor = try CommandFailure.asInput { () throws(HostFileError) in
            try FileContents(hostFile: kernel.elf64)
        }
        return try CommandFailure.asInput { () throws(OpticalImageError) in
            var image = try OpticalImage(volumeName: volumeName)
            image.bootLoader = loader
            try image.add("/boot/grub/grub.cfg", .bytes(ArraySlice(script.utf8)))
            try image.add("/boot/apus.elf", hypervisor)
            for module in plan.modules { try image.add("/boot/\(module.name)", module.contents) }
            return image
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

    /// The format of a hard disk's image, which its name tells; nil for other names.
    static func diskFormat(_ path: String) -> QEMU.DiskFormat? {
        let endings = [".raw", ".img", ".qcow2"]
        return endings.contains(where: path.lowercased().hasSuffix) ? QEMU.DiskFormat(ofFileNamed: path) : nil
    }

    /// Whether a file is an image to boot: one of ISO 9660, whose first volume descriptor lies in sector 16, or of qcow2.
    static func isImage(_ path: String) -> Bool {
        if diskFormat(path) == .qcow2 { return true }
        guard let file = FileHandle(forReadingAtPath: path) else { return false }
        defer { try? file.close() }
        try? file.seek(toOffset: 16 * 2048 + 1)
        return (try? file.read(upToCount: 5)) == Data("CD001".utf8)
    }
}
