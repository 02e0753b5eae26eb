// SPDX-License-Identifier: MIT

/// The sector that tells the firmware which boot images there are (El Torito, section 2).
enum BootCatalogue {
    /// A catalogue with one entry: a boot image without emulation, its first 2,048 bytes to be loaded at 0x7C00.
    static func encoded(coreSector: UInt32) -> [UInt8] {
        var catalogue = SectorBytes()
        catalogue.append(validationEntry)
        // Bootable, no emulation, default load segment, no system type.
        catalogue.append([0x88, 0, 0, 0, 0, 0])
        catalogue.appendLittleEndian(UInt16(4))
        catalogue.appendLittleEndian(coreSector)
        catalogue.padToSector()
        return catalogue.bytes
    }

    /// Header 1, platform 80x86, an empty name; the sixteen-bit words of the entry add up to zero.
    private static var validationEntry: [UInt8] {
        var entry = SectorBytes()
        entry.append([1, 0])
        entry.pad(to: 28)
        entry.appendLittleEndian(0 &- (UInt16(1) &+ 0xAA55))
        entry.append([0x55, 0xAA])
        return entry.bytes
    }
}
