// SPDX-License-Identifier: MIT
import Building
import FileTree
import GuestPayload

/// A guest's kernel as a boot module: the ELF file that the user named, or the one that was taken out of it.
struct KernelFile {
    /// The kernel's layout in memory.
    let image: GuestImage
    /// The ELF file.
    let contents: FileContents
    /// Its length in bytes.
    let size: Int
    /// Whether the ELF was taken out of a bzImage or another packed form.
    let isUnpacked: Bool

    /// Reads and checks a file.
    /// - Throws: naming the file and the rule that it breaks.
    init(_ path: String) throws(CommandFailure) {
        let file = try InputFile.read(path)
        let kernel = try CommandFailure.asInput { () throws(KernelImageError) in
            try KernelImage(contents: file, name: path)
        }
        image = kernel.image
        isUnpacked = kernel.origin != .elf
        size = kernel.elf.count
        contents = isUnpacked ? .bytes(kernel.elf[...]) : .file(path: path, size: Int64(kernel.elf.count))
    }
}
