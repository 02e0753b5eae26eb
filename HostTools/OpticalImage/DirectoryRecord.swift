// SPDX-License-Identifier: MIT

/// One line of a folder's listing (ECMA-119, section 9.1).
struct DirectoryRecord {
    /// First sector of what the record names.
    var sector: UInt32
    /// Its length in bytes.
    var size: UInt32
    /// Whether it is a folder.
    var isDirectory: Bool
    /// The name as the catalogue writes it; one byte 0 for the folder itself, one byte 1 for its parent.
    var name: [UInt8]

    /// The record's bytes: always an even number.
    var encoded: [UInt8] {
        let length = 33 + name.count + (name.count & 1 == 0 ? 1 : 0)
        var record = SectorBytes()
        record.append(UInt8(length))
        record.append(0)
        record.appendBothEndian(sector)
        record.appendBothEndian(size)
        // Years since 1900, month, day, hour, minute, second, quarter hours from Greenwich: always 1 January 2000.
        record.append([100, 1, 1, 0, 0, 0, 0])
        record.append(isDirectory ? 2 : 0)
        record.append([0, 0])
        record.appendBothEndian(UInt16(1))
        record.append(UInt8(name.count))
        record.append(name)
        record.pad(to: length)
        return record.bytes
    }

    /// A folder's listing: records in order of their names, none of them across the end of a sector.
    static func listing(of records: [DirectoryRecord]) -> [UInt8] {
        var listing = SectorBytes()
        for record in records {
            let bytes = record.encoded
            let room = OpticalImage.sectorSize - listing.bytes.count % OpticalImage.sectorSize
            if bytes.count > room { listing.padToSector() }
            listing.append(bytes)
        }
        listing.padToSector()
        return listing.bytes
    }
}
