// SPDX-License-Identifier: MIT

/// How names are written in one of the image's two catalogues of the same files.
protocol VolumeNames {
    /// The bytes of a folder's name.
    static func directory(_ name: String) -> [UInt8]
    /// The bytes of a file's name, with its version number.
    static func file(_ name: String) -> [UInt8]
    /// The bytes of a text field of the volume descriptor, padded with spaces.
    static func text(_ text: String, count: Int) -> [UInt8]
}

/// The names every reader knows: upper-case letters, digits and underscore, at most 31 of them (ECMA-119, section 7).
enum PrimaryNames: VolumeNames {
    /// Whether a character may stand in a name as it is: the d-characters of ECMA-119, section 7.4.1.
    static func isPlainCharacter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"): true
        default: false
        }
    }

    /// The name in allowed characters: letters become upper case, the last dot stays, the rest becomes `_`.
    static func bare(_ name: String) -> [UInt8] {
        let bytes = Array(name.uppercased().utf8)
        let lastDot = bytes.lastIndex(of: UInt8(ascii: "."))
        return bytes.indices.map { index in
            index == lastDot || isPlainCharacter(bytes[index]) ? bytes[index] : UInt8(ascii: "_")
        }
    }

    /// Refuses what either catalogue cannot store.
    static func check(_ name: String, isDirectory: Bool, of path: String) throws(OpticalImageError) {
        guard !name.isEmpty, name != ".", name != ".." else {
            throw .path(path, rule: "a part is empty, . or ..")
        }
        // 31 characters, of which a file spends one on a dot that may not be in its name.
        guard bare(name).count <= 30 else { throw .path(path, rule: "a part is longer than 30 bytes") }
        let allowed = name.unicodeScalars.allSatisfy {
            $0.value >= 0x20 && !"*/:;?\\\u{7F}".unicodeScalars.contains($0)
        }
        guard allowed else { throw .path(path, rule: "a part has a control character or one of * : ; ? \\") }
        guard !isDirectory || !name.contains(".") else { throw .path(path, rule: "a folder has a dot in its name") }
    }

    static func directory(_ name: String) -> [UInt8] { bare(name) }

    static func file(_ name: String) -> [UInt8] {
        let plain = bare(name)
        let dot = plain.contains(UInt8(ascii: ".")) ? [] : [UInt8(ascii: ".")]
        return plain + dot + Array(";1".utf8)
    }

    static func text(_ text: String, count: Int) -> [UInt8] {
        let bytes = Array(text.utf8.prefix(count))
        return bytes + [UInt8](repeating: UInt8(ascii: " "), count: count - bytes.count)
    }
}

/// The names as they were given, in 16-bit big-endian characters (Joliet specification, level 3).
enum JolietNames: VolumeNames {
    static func directory(_ name: String) -> [UInt8] { wide(name) }

    static func file(_ name: String) -> [UInt8] { wide(name + ";1") }

    static func text(_ text: String, count: Int) -> [UInt8] {
        let bytes = Array(wide(text).prefix(count & ~1))
        let spaces = (bytes.count / 2..<count / 2).flatMap { _ in [0, UInt8(ascii: " ")] }
        return bytes + spaces + [UInt8](repeating: 0, count: count & 1)
    }

    private static func wide(_ text: String) -> [UInt8] {
        text.utf16.flatMap { [UInt8(truncatingIfNeeded: $0 >> 8), UInt8(truncatingIfNeeded: $0)] }
    }
}
