// SPDX-License-Identifier: MIT

/// One line of a folder's listing (ECMA-119, section 9.1).
struct DirectoryRecord {
    /// First sector of what the record names.
    var sector: UInt32
    /// Its length in bytes.
    var size: UInt32
    /// Whether it is a folder.
    var isDirectory = false
    /// Whether the file goes on in the next record.
    var continues = false
    /// Seconds since the start of 1970.
    var date: Int64
    /// The name as the catalogue writes it; one byte 0 for the folder itself, one byte 1 for its parent.
    var name: [UInt8]
    /// What Rock Ridge adds.
    var systemUse: [UInt8] = []

    /// The longest record: its length is a byte, and even.
    static let maximumLength = 254

    /// How many bytes a record with a name of this length has beside its system use.
    static func baseLength(nameLength: Int) -> Int { (34 + nameLength) & ~1 }

    /// The record's bytes: always an even number.
    var encoded: [UInt8] {
        let base = Self.baseLength(nameLength: name.count)
        let length = (base + systemUse.count + 1) & ~1
        var record = SectorBytes()
        record.append(UInt8(length))
        record.append(0)
        record.appendBothEndian(sector)
        record.appendBothEndian(size)
        record.append(ImageDate(date).record)
        record.append((isDirectory ? 2 : 0) | (continues ? 0x80 : 0))
        record.append([0, 0])
        record.appendBothEndian(UInt16(1))
        record.append(UInt8(name.count))
        record.append(name)
        record.pad(to: base)
        record.append(systemUse)
        record.pad(to: length)
        return record.bytes
    }
}
