// SPDX-License-Identifier: MIT

/// A stretch of a disk, and where its bytes come from.
public struct Segment: Sendable {
    /// Where the bytes of a stretch come from.
    public enum Source: Sendable {
        /// This image says nothing about the stretch: its backing file decides, or it reads as zeros.
        case absent
        /// The stretch reads as zeros; where room is set aside for it, its place.
        case zeros(HostOffset?)
        /// The bytes lie in the file as they are, from this place on. What lies past the file's end reads as zeros.
        case data(HostFile, HostOffset)
        /// The bytes are a part of a cluster that has to be unpacked first.
        case compressed(CompressedCluster, skipping: Int)
    }

    /// Where the bytes come from.
    public var source: Source
    /// The stretch's length in bytes, at least 1.
    public var count: UInt64
    /// How many backing files lie between the image that was asked and the one that answered.
    public var depth = 0

    /// Whether the bytes lie in a hole of the file, and are therefore zero.
    public var isHole = false

    /// A stretch of `count` bytes.
    init(_ source: Source, count: UInt64, depth: Int = 0) {
        self.source = source
        self.count = count
        self.depth = depth
    }
}

/// A guest cluster in packed form: all that is needed to unpack it, whichever thread does it.
public struct CompressedCluster: Sendable {
    let file: HostFile
    /// Where the packed bytes begin.
    let offset: HostOffset
    /// Bytes to read: up to the end of the last sector that belongs to the cluster.
    let packedCount: Int
    /// Bytes of the cluster when it is unpacked.
    let clusterSize: Int
    let codec: ClusterCodec
}
