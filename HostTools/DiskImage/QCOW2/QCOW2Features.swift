// SPDX-License-Identifier: MIT

/// Features that a reader has to know, or else must not open the image. Source: qcow2.txt, "Header", bytes 72 to 79.
public struct IncompatibleFeatures: OptionSet, Hashable, Sendable {
    public let rawValue: UInt64

    public init(rawValue: UInt64) { self.rawValue = rawValue }

    /// Bit 0: reference counts may be wrong, since a writer with lazy ones has not closed the image.
    public static let dirty = IncompatibleFeatures(rawValue: 1 << 0)
    /// Bit 1: a writer has found the image damaged.
    public static let corrupt = IncompatibleFeatures(rawValue: 1 << 1)
    /// Bit 2: the guest's data lies in another file.
    public static let externalData = IncompatibleFeatures(rawValue: 1 << 2)
    /// Bit 3: compressed clusters are not packed with zlib.
    public static let compressionType = IncompatibleFeatures(rawValue: 1 << 3)
    /// Bit 4: entries of L2 tables have 16 bytes, with a bitmap of subclusters.
    public static let extendedL2 = IncompatibleFeatures(rawValue: 1 << 4)

    /// All bits that have a meaning.
    static let known: IncompatibleFeatures = [.dirty, .corrupt, .externalData, .compressionType, .extendedL2]
}

/// Features that a reader may ignore. Source: qcow2.txt, "Header", bytes 80 to 87.
public struct CompatibleFeatures: OptionSet, Hashable, Sendable {
    public let rawValue: UInt64

    public init(rawValue: UInt64) { self.rawValue = rawValue }

    /// Bit 0: reference counts may be written late.
    public static let lazyRefcounts = CompatibleFeatures(rawValue: 1 << 0)
}

/// Features that a writer who does not know them has to clear. Source: qcow2.txt, "Header", bytes 88 to 95.
public struct AutoclearFeatures: OptionSet, Hashable, Sendable {
    public let rawValue: UInt64

    public init(rawValue: UInt64) { self.rawValue = rawValue }

    /// Bit 0: the bitmaps agree with the disk's contents.
    public static let bitmaps = AutoclearFeatures(rawValue: 1 << 0)
    /// Bit 1: the external data file can be read as a raw image.
    public static let rawExternalData = AutoclearFeatures(rawValue: 1 << 1)

    /// The bits that we keep true, or else refuse to write.
    static let known: AutoclearFeatures = [.bitmaps]
}

/// The table by which a program that does not know a feature can name it. Source: qcow2.txt, "Feature name table".
enum FeatureNameTable {
    private static let names: [(type: UInt8, bit: UInt8, name: String)] = [
        (0, 0, "dirty bit"), (0, 1, "corrupt bit"), (0, 2, "external data file"), (0, 3, "compression type"),
        (0, 4, "extended L2 entries"), (1, 0, "lazy refcounts"), (2, 0, "bitmaps"), (2, 1, "raw external data"),
    ]

    /// The table's bytes: 48 for each feature.
    static var bytes: [UInt8] {
        names.flatMap { type, bit, name in
            [type, bit] + name.utf8 + [UInt8](repeating: 0, count: 46 - name.utf8.count)
        }
    }

    /// The name that a table in an image gives to a bit; nil when it gives none.
    static func name(of bit: Int, in table: [UInt8]) -> String? {
        for start in stride(from: 0, to: table.count - 47, by: 48)
        where table[start] == 0 && Int(table[start + 1]) == bit {
            let name = table[start + 2..<start + 48].prefix { $0 != 0 }
            return String(decoding: name, as: UTF8.self)
        }
        return nil
    }
}
