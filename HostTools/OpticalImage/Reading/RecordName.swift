// SPDX-License-Identifier: MIT

/// The names of an image's two catalogues as Linux shows them.
enum RecordName {
    /// A Joliet name, in 16-bit big-endian characters.
    static func wide(_ bytes: [UInt8]) -> [UInt8] {
        let units = stride(from: 0, to: bytes.count - bytes.count % 2, by: 2).map {
            UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1])
        }
        return withoutVersion(Array(String(decoding: units, as: UTF16.self).utf8))
    }

    /// A name of the primary catalogue, in lower case, without the version number and a dot at the end.
    static func plain(_ bytes: [UInt8]) -> [UInt8] {
        let name = withoutVersion(bytes).map { UInt8(ascii: "A")...UInt8(ascii: "Z") ~= $0 ? $0 | 0x20 : $0 }
        return name.count > 1 && name.last == UInt8(ascii: ".") ? name.dropLast() : name
    }

    private static func withoutVersion(_ name: [UInt8]) -> [UInt8] {
        guard let semicolon = name.lastIndex(of: UInt8(ascii: ";")), semicolon > 0 else { return name }
        let version = name[(semicolon + 1)...]
        let isVersion = version.allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
        return isVersion ? Array(name[..<semicolon]) : name
    }
}
