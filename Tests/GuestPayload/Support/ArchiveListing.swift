// SPDX-License-Identifier: MIT

/// What stands in a newc archive, read back by other code than that which wrote it.
struct ArchiveListing {
    struct Entry: Equatable {
        var name: String
        var fields: [String: Int]
        var contents: [UInt8]
    }

    var entries: [Entry] = []

    /// The offset just behind the trailer.
    var end = 0

    static let fieldNames = [
        "inode", "mode", "user", "group", "links", "time", "size", "deviceMajor", "deviceMinor", "major", "minor",
        "nameSize", "check",
    ]

    struct Malformed: Error { let offset: Int }

    init(_ bytes: [UInt8]) throws {
        while true {
            guard end % 4 == 0, end + 110 <= bytes.count, Array(bytes[end..<end + 6]) == Array("070701".utf8)
            else { throw Malformed(offset: end) }
            var fields: [String: Int] = [:]
            for (index, name) in Self.fieldNames.enumerated() {
                let start = end + 6 + index * 8
                fields[name] = Int(String(decoding: bytes[start..<start + 8], as: UTF8.self), radix: 16)
            }
            guard let nameSize = fields["nameSize"], let size = fields["size"] else { throw Malformed(offset: end) }
            let name = String(decoding: bytes[end + 110..<end + 109 + nameSize], as: UTF8.self)
            guard bytes[end + 109 + nameSize] == 0 else { throw Malformed(offset: end) }
            let start = (end + 110 + nameSize + 3) / 4 * 4
            end = (start + size + 3) / 4 * 4
            if name == "TRAILER!!!" { return }
            entries.append(Entry(name: name, fields: fields, contents: Array(bytes[start..<start + size])))
        }
    }

    subscript(name: String) -> Entry? { entries.first { $0.name == name } }
}
