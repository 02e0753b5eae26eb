// SPDX-License-Identifier: MIT

/// How the compressed clusters of an image are packed.
public enum ClusterCodec: UInt8, CaseIterable, Sendable {
    /// Deflate without header and checksum (RFC 1951).
    case zlib = 0
    /// One Zstandard frame for a cluster.
    case zstd = 1

    /// The name that options use.
    public var name: String { self == .zlib ? "zlib" : "zstd" }

    /// The codec of that name.
    public init?(name: String) {
        guard let codec = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = codec
    }
}

extension CompressedCluster {
    /// The whole cluster.
    /// - Throws: when the packed bytes do not unpack to exactly a cluster.
    func unpack() throws(DiskImageError) -> [UInt8] {
        let packed = try file.read(packedCount, at: offset)
        let bytes =
            switch codec {
            case .zlib: unpackDeflated(packed, count: clusterSize)
            case .zstd: unpackWithZstd(packed, count: clusterSize)
            }
        guard let bytes else {
            throw .malformed(
                file: file.path, offset: offset.bytes, field: "compressed cluster",
                rule: "must unpack with \(codec.name) to the \(clusterSize) bytes of a cluster")
        }
        return bytes
    }
}

/// Packs clusters, one after the other, each for itself. One thread uses it.
protocol ClusterPacker: AnyObject {
    /// The packed form of `range` of the buffer; nil when it is not smaller than that.
    func pack(_ buffer: [UInt8], _ range: Range<Int>) throws(DiskImageError) -> [UInt8]?
}

extension ClusterCodec {
    /// A packer for clusters of this size.
    func packer(clusterSize: Int) throws(DiskImageError) -> any ClusterPacker {
        switch self {
        case .zlib: try DeflatePacker()
        case .zstd: try ZstdPacker(clusterSize: clusterSize)
        }
    }
}
