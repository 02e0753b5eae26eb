// SPDX-License-Identifier: MIT

/// The sectors from 16 on that tell a reader what the disc holds (ECMA-119, section 8).
struct VolumeDescriptor {
    let name: String
    let sectorCount: UInt32
    /// Seconds since the start of 1970.
    let date: Int64

    /// The primary (type 1) or, with Joliet names, the supplementary (type 2) descriptor.
    func encoded<Names>(_ catalogue: Catalogue<Names>, isJoliet: Bool) -> [UInt8] {
        var descriptor = Self.header(type: isJoliet ? 2 : 1)
        descriptor.append(0)
        descriptor.append(Names.text("", count: 32))
        descriptor.append(Names.text(name, count: 32))
        descriptor.pad(to: 80)
        descriptor.appendBothEndian(sectorCount)
        // The escape sequence that announces Joliet level 3.
        if isJoliet { descriptor.append(Array("%/E".utf8)) }
        descriptor.pad(to: 120)
        for value in [1, 1, OpticalImage.sectorSize] { descriptor.appendBothEndian(UInt16(value)) }
        Self.appendPathTable(of: catalogue, to: &descriptor)
        descriptor.append(rootRecord(of: catalogue))
        for length in [128, 128, 128, 128, 37, 37, 37] { descriptor.append(Names.text("", count: length)) }
        // Made and changed now; expiry and start of validity "not specified" (section 8.4.26.1).
        for _ in 0..<2 { descriptor.append(ImageDate(date).digits) }
        for _ in 0..<2 { descriptor.append(Array("0000000000000000".utf8) + [0]) }
        descriptor.append(1)
        descriptor.padToSector()
        return descriptor.bytes
    }

    /// The El Torito boot record, which must be sector 17 (El Torito, figure 7).
    static func boot(catalogueSector: UInt32) -> [UInt8] {
        var descriptor = header(type: 0)
        descriptor.append(Array("EL TORITO SPECIFICATION".utf8))
        descriptor.pad(to: 71)
        descriptor.appendLittleEndian(catalogueSector)
        descriptor.padToSector()
        return descriptor.bytes
    }

    /// The last descriptor.
    static var terminator: [UInt8] {
        var descriptor = header(type: 255)
        descriptor.padToSector()
        return descriptor.bytes
    }

    private static func header(type: UInt8) -> SectorBytes {
        var descriptor = SectorBytes()
        descriptor.append(type)
        descriptor.append(Array("CD001".utf8))
        descriptor.append(1)
        return descriptor
    }

    /// The root's record stands here without system use: there is room for 34 bytes.
    private func rootRecord<Names>(of catalogue: Catalogue<Names>) -> [UInt8] {
        let root = catalogue.folders[0]
        return DirectoryRecord(
            sector: UInt32(truncatingIfNeeded: root.sector),
            size: UInt32(truncatingIfNeeded: root.sectorCount * OpticalImage.sectorSize), isDirectory: true,
            date: date, name: [0]
        ).encoded
    }

    private static func appendPathTable<Names>(of catalogue: Catalogue<Names>, to descriptor: inout SectorBytes) {
        let size = catalogue.pathTableSize
        let sector = catalogue.pathTableSector
        descriptor.appendBothEndian(UInt32(truncatingIfNeeded: size))
        descriptor.appendLittleEndian(UInt32(truncatingIfNeeded: sector))
        descriptor.appendLittleEndian(UInt32(0))
        descriptor.appendBigEndian(UInt32(truncatingIfNeeded: sector + sectors(for: size)))
        descriptor.appendBigEndian(UInt32(0))
    }
}
