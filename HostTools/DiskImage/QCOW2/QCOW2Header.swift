// SPDX-License-Identifier: MIT

/// The header of a qcow2 image, in memory. Source: qcow2.txt, "Header"; all numbers are unsigned and big-endian.
public struct QCOW2Header: Equatable, Sendable {
    /// The first four bytes of every qcow2 image: "QFI" and 0xFB.
    static let magic: UInt32 = 0x5146_49FB
    /// Bytes of a header of version 2.
    static let version2Size = 72
    /// Bytes of our headers of version 3, with the compression type and padding.
    static let version3Size = 112

    /// 2 or 3.
    var version: UInt32 = 3
    /// The name of the backing file, as it stands in the image.
    var backingName: String?
    /// The cluster size is 2 to this power: 9 to 21.
    var clusterBits: UInt32 = 16
    /// The size of the disk in bytes.
    var virtualSize: UInt64 = 0
    /// Entries of the active L1 table.
    var l1Count: UInt32 = 0
    /// Where the active L1 table lies.
    var l1Offset = HostOffset.zero
    /// Where the refcount table lies.
    var refcountTableOffset = HostOffset.zero
    /// Clusters of the refcount table.
    var refcountTableClusters: UInt32 = 0
    /// How many internal snapshots there are.
    var snapshotCount: UInt32 = 0
    /// Where the table of snapshots lies.
    var snapshotsOffset = HostOffset.zero
    var incompatible: IncompatibleFeatures = []
    var compatible: CompatibleFeatures = []
    var autoclear: AutoclearFeatures = []
    /// A reference count has 2 to this power bits: 0 to 6.
    var refcountOrder: UInt32 = 4
    /// How compressed clusters are packed.
    var codec = ClusterCodec.zlib
    /// The header extensions in their order, with those whose meaning is not known.
    var extensions: [HeaderExtension] = []
    /// Fields of the header behind those that are known, kept as they are.
    var unknownFields: [UInt8] = []

    /// The shape of the image's tables.
    var geometry: ClusterGeometry {
        ClusterGeometry(
            clusterBits: clusterBits, refcountOrder: refcountOrder,
            hasExtendedEntries: incompatible.contains(.extendedL2))
    }

    /// The format of the backing file, as it stands in the image.
    var backingFormat: String? {
        get { self[.backingFormat].map { String(decoding: $0, as: UTF8.self) } }
        set { self[.backingFormat] = newValue.map { Array($0.utf8) } }
    }

    /// The data of the extension of this type; setting nil removes it.
    subscript(type: HeaderExtension.Kind) -> [UInt8]? {
        get { extensions.first { $0.type == type.rawValue }?.data }
        set {
            let index = extensions.firstIndex { $0.type == type.rawValue }
            switch (index, newValue) {
            case (let index?, let data?): extensions[index].data = data
            case (let index?, nil): extensions.remove(at: index)
            case (nil, let data?): extensions.insert(HeaderExtension(type: type.rawValue, data: data), at: 0)
            case (nil, nil): break
            }
        }
    }
}

/// An optional part of a header: a type, a length, data. Source: qcow2.txt, "Header extensions".
struct HeaderExtension: Equatable, Sendable {
    /// The types whose meaning is known.
    enum Kind: UInt32 {
        case backingFormat = 0xE279_2ACA
        case featureNames = 0x6803_F857
        case bitmaps = 0x2385_2875
        case encryption = 0x0537_BE77
        case externalData = 0x4441_5441
    }

    var type: UInt32
    var data: [UInt8]

    /// Bytes in the file: eight before the data, which is padded to a multiple of eight.
    var storedSize: Int { 8 + (data.count + 7) / 8 * 8 }
}
