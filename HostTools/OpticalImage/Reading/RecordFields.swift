// SPDX-License-Identifier: MIT

/// A folder's record as a reader finds it (ECMA-119, section 9.1).
struct RecordFields {
    /// First block of the data, behind any extended attributes.
    let block: Int64
    /// Bytes of the data.
    let size: Int64
    /// Seconds since the start of 1970.
    let date: Int64
    let isFolder: Bool
    /// Whether the file goes on in the next record.
    let continues: Bool
    /// Whether it belongs to another file, as the second part of a Macintosh file.
    let isAssociated: Bool
    let name: [UInt8]
    /// What stands behind the name: Rock Ridge's entries.
    let systemUse: FieldBytes
    /// The whole record, for messages.
    let record: FieldBytes

    init(_ record: FieldBytes) throws(OpticalImageError) {
        self.record = record
        let flags = try record.byte(25, "a record's flags")
        let attributeBlocks = try record.byte(1, "a record's extended attributes")
        block = Int64(try record.bothEndian(2, "a record's place")) + Int64(attributeBlocks)
        size = Int64(try record.bothEndian(10, "a record's data length"))
        date = ImageDate.time(of: Array(try record.slice(18, 7, "a record's date").bytes))
        isFolder = flags & 2 != 0
        continues = flags & 0x80 != 0
        isAssociated = flags & 4 != 0
        let isInterleaved = try record.number(26, bytes: 2, "a record's interleaving") != 0
        guard !isInterleaved else {
            throw .unsupported(path: record.path, offset: record.offset + 26, feature: "an interleaved file")
        }
        let nameLength = Int(try record.byte(32, "a record's name length"))
        name = try record.slice(33, nameLength, "a record's name").bytes
        let base = min(DirectoryRecord.baseLength(nameLength: nameLength), record.bytes.count)
        systemUse = try record.slice(base, record.bytes.count - base, "a record's system use")
    }

    /// Whether it stands for the folder itself, or for its parent.
    var isSelfOrParent: Bool { name == [0] || name == [1] }
}

extension ImageDate {
    /// The moment that a record's seven bytes tell; what is no date is the start of 1970.
    static func time(of record: [UInt8]) -> Int64 {
        guard record.count == 7, 1...12 ~= record[1], 1...31 ~= record[2] else { return 0 }
        let (year, month) = (Int64(record[0]) + 1900, Int64(record[1]))
        // Years that begin in March: leap days come last in them.
        let march = month > 2 ? year : year - 1
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + Int64(record[2]) - 1
        let days = march * 365 + march / 4 - march / 100 + march / 400 + dayOfYear - 719_468
        let zone = Int64(Int8(bitPattern: record[6])) * 900
        return days * 86_400 + Int64(record[3]) * 3600 + Int64(record[4]) * 60 + Int64(record[5]) - zone
    }
}
