// SPDX-License-Identifier: MIT

/// What extended headers say in place of a member's own header: the records of pax, and GNU's long names.
struct TarExtensions {
    private(set) var path: [UInt8]?
    private(set) var linkPath: [UInt8]?
    private(set) var size: Int64?
    private(set) var user: UInt32?
    private(set) var group: UInt32?
    private(set) var time: Int64?
    /// Whether the member has holes, which GNU's records describe.
    private(set) var isSparse = false

    /// GNU's long name (`L`).
    mutating func take(longName data: [UInt8]) { path = Array(data.prefix { $0 != 0 }) }

    /// GNU's long link target (`K`).
    mutating func take(longLink data: [UInt8]) { linkPath = Array(data.prefix { $0 != 0 }) }

    /// The records of a pax header: each a length in decimal digits, a space, `key=value`, and a line feed.
    mutating func take(records data: [UInt8]) throws(TarRule) {
        var rest = data[...]
        while !rest.isEmpty {
            guard let space = rest.prefix(20).firstIndex(of: 0x20),
                let length = Int(String(decoding: rest[..<space], as: UTF8.self)), length <= rest.count,
                length >= space - rest.startIndex + 3, rest[rest.startIndex + length - 1] == 0x0A
            else { throw TarRule("a pax record's length is wrong") }
            let record = rest[(space + 1)..<(rest.startIndex + length - 1)]
            guard let equals = record.firstIndex(of: UInt8(ascii: "=")) else {
                throw TarRule("a pax record has no =")
            }
            let key = String(decoding: record[..<equals], as: UTF8.self)
            try take(key, Array(record[(equals + 1)...]))
            rest = rest.dropFirst(length)
        }
    }

    private mutating func take(_ key: String, _ value: [UInt8]) throws(TarRule) {
        switch key {
        case "path": path = value
        case "linkpath": linkPath = value
        case "size": size = try number(value, key)
        case "uid": user = UInt32(clamping: try number(value, key))
        case "gid": group = UInt32(clamping: try number(value, key))
        case "mtime":
            // Fractions of a second are let go.
            time = try number(value.prefix { $0 != UInt8(ascii: ".") } + [], key)
        case _ where key.hasPrefix("GNU.sparse."): isSparse = true
        default: break
        }
    }

    private func number(_ value: [UInt8], _ key: String) throws(TarRule) -> Int64 {
        guard let number = Int64(String(decoding: value, as: UTF8.self)), number >= 0 || key == "mtime" else {
            throw TarRule("the pax record \(key) is no number")
        }
        return number
    }
}
