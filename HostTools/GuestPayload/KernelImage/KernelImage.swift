// SPDX-License-Identifier: MIT

import Building
import Foundation

/// A guest's kernel, brought into the one form that the hypervisor loads: an ELF file with a PVH entry.
///
/// What a file is shows in its contents, never in its name: an ELF file, an ELF file compressed as a whole, or a Linux
/// bzImage, out of which the kernel proper is taken.
public struct KernelImage: Sendable {
    /// No kernel is larger, packed or unpacked, in bytes.
    public static let maximumSize = 1 << 30

    /// The ELF file.
    public let elf: [UInt8]

    /// What the file was.
    public let origin: Origin

    /// What the ELF file says about its place in memory.
    public let image: GuestImage

    /// What a kernel can be taken out of. `compression` is the name of the compressor, such as "LZ4".
    public enum Origin: Equatable, Sendable {
        case elf
        case compressedELF(compression: String)
        case bzImage(compression: String)
    }

    /// Reads the kernel at `path`.
    public init(path: String) throws(KernelImageError) {
        let contents: Data?
        do {
            contents = try FileHandle(forReadingFrom: URL(fileURLWithPath: path)).read(upToCount: Self.maximumSize + 1)
        } catch {
            throw KernelImageError(path, .unreadable)
        }
        try self.init(contents: Array(contents ?? Data()), name: path)
    }

    /// Takes the kernel out of `contents`, a file that messages call `name`.
    public init(contents: [UInt8], name: String) throws(KernelImageError) {
        do throws(KernelImageError.Reason) {
            guard contents.count <= Self.maximumSize else { throw .tooLarge }
            (elf, origin) = try Self.unpack(contents)
            image = try Self.check(elf)
        } catch {
            throw KernelImageError(name, error)
        }
    }

    private static func unpack(
        _ contents: [UInt8]
    ) throws(KernelImageError.Reason) -> (elf: [UInt8], origin: Origin) {
        if contents.starts(with: [0x7F, 0x45, 0x4C, 0x46]) { return (contents, .elf) }
        if BzImage.isBzImage(contents) {
            let image = try BzImage(parsing: contents)
            return (try image.unpack(from: contents), .bzImage(compression: image.codec.name))
        }
        guard let codec = Codec(recognizing: contents[...]) else { throw .unknownFormat }
        do throws(CodecError) {
            let elf = try codec.unpack(contents[...], limit: maximumSize)
            return (elf, .compressedELF(compression: codec.name))
        } catch {
            throw KernelImageError.Reason(error, codec: codec)
        }
    }

    private static func check(_ elf: [UInt8]) throws(KernelImageError.Reason) -> GuestImage {
        do throws(GuestImageError) {
            return try GuestImage(parsing: elf.span)
        } catch {
            throw .notPVH(error)
        }
    }
}
