// SPDX-License-Identifier: MIT

/// The two pieces of GRUB that make an image start on a PC, and the numbers that each must be told.
///
/// The firmware finds the core image through El Torito when the image is a CD, and through the master boot record when
/// it is a disk; in both cases the same core runs.
public struct BootLoader: Sendable {
    /// What `grub-mkimage -O i386-pc-eltorito` makes: a CD boot sector of 2,048 bytes, a disk boot sector of 512, GRUB.
    public let core: [UInt8]
    /// GRUB's `boot_hybrid.img`: 512 bytes that load the core image of a hybrid disc.
    public let masterBootRecord: [UInt8]

    /// Checks the shapes of both pieces.
    /// - Throws: ``OpticalImageError/bootLoader(reason:)``
    public init(core: [UInt8], masterBootRecord: [UInt8]) throws(OpticalImageError) {
        guard (4096...16 << 20).contains(core.count) else {
            throw .bootLoader(reason: "the core image has \(core.count) bytes, expected 4 KiB to 16 MiB")
        }
        guard masterBootRecord.count == 512, masterBootRecord.suffix(2).elementsEqual([0x55, 0xAA]) else {
            throw .bootLoader(reason: "boot_hybrid.img is not a boot sector of 512 bytes")
        }
        self.core = core
        self.masterBootRecord = masterBootRecord
    }

    /// The core image with the boot information table that tells it where it lies.
    ///
    /// At 8: sector of the primary volume descriptor, sector and length of the core, sum of its words from byte 64 on.
    /// At 2,548: the disk block (of 512 bytes) after the disk boot sector, for the start from a disk.
    func patchedCore(sector: UInt32) -> [UInt8] {
        var patched = core + [UInt8](repeating: 0, count: (4 - core.count % 4) % 4)
        patched.store(UInt64(sector) * 4 + 5, at: 2548)
        var sum: UInt32 = 0
        for offset in stride(from: 64, to: patched.count, by: 4) { sum &+= patched.word(at: offset) }
        let table = [16, sector, UInt32(truncatingIfNeeded: core.count), sum]
        for (index, value) in table.enumerated() { patched.store(value, at: 8 + 4 * index) }
        patched.replaceSubrange(24..<64, with: repeatElement(0, count: 40))
        return patched
    }

    /// The master boot record with the place of the core, and one active partition over the whole image.
    func patchedMasterBootRecord(coreSector: UInt32, sectorCount: UInt32) -> [UInt8] {
        var patched = masterBootRecord
        patched.store(UInt64(coreSector) * 4 + 4, at: 0x1B0)
        // The partition's entry: active, no cylinder addresses, type 0xCD (a CD image), from block 1 to the end.
        patched.replaceSubrange(0x1BE..<0x1FE, with: repeatElement(0, count: 64))
        patched.replaceSubrange(0x1BE..<0x1C6, with: [0x80, 0, 2, 0, 0xCD, 0xFF, 0xFF, 0xFF])
        let blocks = UInt64(sectorCount) * 4 - 1
        patched.store(UInt32(1), at: 0x1C6)
        patched.store(UInt32(clamping: blocks), at: 0x1CA)
        return patched
    }
}

extension [UInt8] {
    /// Writes a number, least significant byte first, over the bytes at an offset.
    fileprivate mutating func store(_ value: some FixedWidthInteger, at offset: Int) {
        for byte in 0..<value.bitWidth / 8 { self[offset + byte] = UInt8(truncatingIfNeeded: value >> (8 * byte)) }
    }

    /// The 32-bit little-endian number at an offset.
    fileprivate func word(at offset: Int) -> UInt32 {
        (0..<4).reduce(0) { $0 | UInt32(self[offset + $1]) << (8 * $1) }
    }
}
