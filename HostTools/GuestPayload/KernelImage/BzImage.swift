// SPDX-License-Identifier: MIT

/// A Linux bzImage: boot code of sectors, then protected-mode code that holds the compressed kernel.
///
/// Source: Linux `Documentation/arch/x86/boot.rst`, "The Real-Mode Kernel Header".
struct BzImage {
    /// The compressed kernel without the size that stands behind it.
    let payload: Range<Int>

    /// How many bytes it unpacks to.
    let unpackedSize: Int

    /// The form of compression.
    let codec: Codec

    /// Whether `file` has the boot flag and the header magic of a Linux kernel.
    static func isBzImage(_ file: [UInt8]) -> Bool {
        number(2, at: 0x1FE, in: file) == 0xAA55 && number(4, at: 0x202, in: file) == 0x5372_6448
    }

    /// Finds the payload of `file`, for which `isBzImage` holds.
    init(parsing file: [UInt8]) throws(KernelImageError.Reason) {
        guard let version = Self.number(2, at: 0x206, in: file),
            let setupSectors = Self.number(1, at: 0x1F1, in: file)
        else { throw .truncatedImage }
        guard version >= 0x0208 else { throw .noPayload }
        guard let offset = Self.number(4, at: 0x248, in: file), let length = Self.number(4, at: 0x24C, in: file)
        else { throw .truncatedImage }
        guard length > 0 else { throw .noPayload }

        // 0 stands for 4 sectors, for the sake of very old kernels. The first sector is not counted.
        let start = ((setupSectors == 0 ? 4 : setupSectors) + 1) * 512 + offset
        let end = start + length
        guard end <= file.count else { throw .truncatedImage }
        guard let codec = Codec(recognizing: file[start..<end]) else {
            throw .unknownCompression(Array(file[start..<end].prefix(6)))
        }
        // The last four bytes are the size: gzip's own trailer, or what the kernel's makefile appends to the others.
        guard length >= 8, let size = Self.number(4, at: end - 4, in: file) else {
            throw .truncatedPayload(compression: codec.name)
        }
        guard size <= KernelImage.maximumSize else { throw .tooLarge }
        self.codec = codec
        unpackedSize = size
        payload = start..<(codec == .gzip ? end : end - 4)
    }

    /// Unpacks the kernel: an ELF file, which for some configurations relocations follow.
    func unpack(from file: [UInt8]) throws(KernelImageError.Reason) -> [UInt8] {
        let kernel: [UInt8]
        do throws(CodecError) {
            kernel = try codec.unpack(file[payload], capacity: unpackedSize)
        } catch .resultTooLarge {
            throw .wrongPayloadSize(expected: unpackedSize)
        } catch {
            throw KernelImageError.Reason(error, codec: codec)
        }
        guard kernel.count == unpackedSize else { throw .wrongPayloadSize(expected: unpackedSize) }
        return kernel
    }

    /// The little-endian number of `size` bytes at `offset`, or nil beyond the end of the file.
    private static func number(_ size: Int, at offset: Int, in file: [UInt8]) -> Int? {
        guard offset + size <= file.count else { return nil }
        return file[offset..<offset + size].reversed().reduce(0) { $0 << 8 | Int($1) }
    }
}
