// SPDX-License-Identifier: MIT
import FileTree

/// How names are written in one of the image's two catalogues of the same files.
///
/// A name has to fit the catalogue's rules, and must differ from its neighbours. Both are seen to here: names that do
/// not fit are changed, and Rock Ridge keeps what they were.
protocol VolumeNames {
    /// Whether the catalogue can hold a node of this kind.
    static func holds(_ kind: FileTree.Kind) -> Bool
    /// A name in allowed characters, in two parts, of which the first may be shortened.
    static func parts(of name: FileName, isFolder: Bool) -> (stem: [UInt16], ending: [UInt16])
    /// How many characters both parts may have together.
    static var limit: Int { get }
    /// Whether a file's name without an ending has a dot.
    static var needsDot: Bool { get }
    /// A name's characters as bytes.
    static func bytes(_ characters: [UInt16]) -> [UInt8]
    /// The bytes of a text field of the volume descriptor, padded with spaces.
    static func text(_ text: String, count: Int) -> [UInt8]
}

extension VolumeNames {
    /// The bytes of the names of a folder's entries, without version numbers. They all differ.
    static func unique(_ entries: [(name: FileName, isFolder: Bool)]) -> [[UInt8]] {
        var taken: Set<[UInt16]> = []
        var counters: [[UInt16]: Int] = [:]
        return entries.map { entry in
            let (stem, ending) = parts(of: entry.name, isFolder: entry.isFolder)
            let plain = joined(stem, ending, isFolder: entry.isFolder)
            var name = plain
            while !taken.insert(name).inserted {
                let number = counters[plain, default: 0] + 1
                counters[plain] = number
                let suffix = Array("_\(number)".utf16)
                let room = limit - ending.count - suffix.count
                name = joined(Array(stem.prefix(room)) + suffix, ending, isFolder: entry.isFolder)
            }
            return bytes(name)
        }
    }

    private static func joined(_ stem: [UInt16], _ ending: [UInt16], isFolder: Bool) -> [UInt16] {
        let hasDot = !ending.isEmpty || needsDot && !isFolder
        return stem.prefix(limit - ending.count) + (hasDot ? [UInt16(UInt8(ascii: "."))] : []) + ending
    }
}

/// The names every reader knows: upper-case letters, digits and underscore, 30 of them and a dot (ECMA-119, section 7).
enum PrimaryNames: VolumeNames {
    /// Whether a character may stand in a name as it is: the d-characters of ECMA-119, section 7.4.1.
    static func isPlainCharacter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"): true
        default: false
        }
    }

    static func holds(_ kind: FileTree.Kind) -> Bool { true }

    static let limit = 30
    static let needsDot = true

    /// Letters become upper case, what follows the last dot is the ending, the rest becomes `_`.
    static func parts(of name: FileName, isFolder: Bool) -> (stem: [UInt16], ending: [UInt16]) {
        let characters = Array(String(decoding: name.bytes, as: UTF8.self).uppercased().unicodeScalars)
        let dot =
            isFolder ? nil : characters.lastIndex(of: ".").flatMap { $0 > 0 && $0 + 1 < characters.count ? $0 : nil }
        let plain = characters.map { scalar in
            scalar.isASCII && isPlainCharacter(UInt8(scalar.value)) ? UInt16(scalar.value) : UInt16(UInt8(ascii: "_"))
        }
        guard let dot, characters.count - dot - 1 <= 12 else { return (plain, []) }
        return (Array(plain[..<dot]), Array(plain[(dot + 1)...]))
    }

    static func bytes(_ characters: [UInt16]) -> [UInt8] { characters.map { UInt8(truncatingIfNeeded: $0) } }

    static func text(_ text: String, count: Int) -> [UInt8] {
        let bytes = Array(text.utf8.prefix(count))
        return bytes + [UInt8](repeating: UInt8(ascii: " "), count: count - bytes.count)
    }
}

/// The names as they were given, in 16-bit big-endian characters, at most 64 (Joliet specification, level 3).
enum JolietNames: VolumeNames {
    /// Joliet knows files and folders; anything else would show as an empty file.
    static func holds(_ kind: FileTree.Kind) -> Bool {
        switch kind {
        case .folder, .file: true
        default: false
        }
    }

    static let limit = 63
    static let needsDot = false

    /// What Joliet does not allow becomes `_`.
    static func parts(of name: FileName, isFolder: Bool) -> (stem: [UInt16], ending: [UInt16]) {
        let scalars = String(decoding: name.bytes, as: UTF8.self).unicodeScalars.map { scalar -> Unicode.Scalar in
            scalar.value < 0x20 || "*/:;?\\".unicodeScalars.contains(scalar) ? "_" : scalar
        }
        let characters = Array(String(String.UnicodeScalarView(scalars)).utf16)
        let dot = characters.lastIndex(of: UInt16(UInt8(ascii: "."))).flatMap {
            $0 > 0 && $0 + 1 < characters.count ? $0 : nil
        }
        guard let dot, characters.count - dot - 1 <= 16 else { return (characters, []) }
        return (Array(characters[..<dot]), Array(characters[(dot + 1)...]))
    }

    static func bytes(_ characters: [UInt16]) -> [UInt8] {
        characters.flatMap { [UInt8(truncatingIfNeeded: $0 >> 8), UInt8(truncatingIfNeeded: $0)] }
    }

    static func text(_ text: String, count: Int) -> [UInt8] {
        let bytes = Array(bytes(Array(text.utf16)).prefix(count & ~1))
        let spaces = (bytes.count / 2..<count / 2).flatMap { _ in [0, UInt8(ascii: " ")] }
        return bytes + spaces + [UInt8](repeating: 0, count: count & 1)
    }
}
