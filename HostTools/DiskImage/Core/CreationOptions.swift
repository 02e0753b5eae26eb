// SPDX-License-Identifier: MIT

/// What a new image is to be like. What does not concern a format is ignored by it.
public struct CreationOptions: Equatable, Sendable {
    /// Bytes in a cluster: a power of two from 512 to 2 MiB.
    public var clusterSize: UInt64 = 65536
    /// The version of qcow2: 2 or 3.
    public var version: UInt32 = 3
    /// Bits of a reference count: a power of two from 1 to 64.
    public var refcountBits: UInt64 = 16
    /// Whether writers may put off writing reference counts.
    public var hasLazyRefcounts = false
    /// How compressed clusters are packed.
    public var codec = ClusterCodec.zlib
    /// Whether L2 entries have a bitmap of 32 subclusters.
    public var hasExtendedEntries = false
    /// How much room is set aside at once.
    public var preallocation = Preallocation.off
    /// The backing file.
    public var backing: BackingReference?

    /// The options that QEMU takes when none are given.
    public init() {}

    /// Checks the options against each other, and against a disk of `size` bytes.
    func check(size: UInt64) throws(DiskImageError) {
        guard clusterSize.nonzeroBitCount == 1, 512...(2 << 20) ~= clusterSize else {
            throw .usage("cluster_size=\(clusterSize): must be a power of two from 512 to 2M")
        }
        guard version == 2 || version == 3 else { throw .usage("compat: must be 0.10 (version 2) or 1.1 (version 3)") }
        guard refcountBits.nonzeroBitCount == 1, refcountBits <= 64 else {
            throw .usage("refcount_bits=\(refcountBits): must be a power of two from 1 to 64")
        }
        guard version == 3 || (refcountBits == 16 && !hasLazyRefcounts && codec == .zlib && !hasExtendedEntries) else {
            throw .usage(
                "compat=0.10 has reference counts of 16 bits and zlib only, no lazy_refcounts and no extended_l2; "
                    + "use compat=1.1")
        }
        guard !hasExtendedEntries || clusterSize >= 16384 else {
            throw .usage("extended_l2=on needs a cluster_size of 16k at least")
        }
        guard backing == nil || preallocation == .off else {
            throw .usage("an image with a backing file cannot be preallocated: it would hide all of the backing file")
        }
        let geometry = geometry
        guard size <= QCOW2Limits.virtualSize, geometry.l1Count(for: size) * 8 <= QCOW2Limits.l1Bytes else {
            throw .usage("size \(size): too large for clusters of \(clusterSize) bytes; use a larger cluster_size")
        }
    }

    /// The shape of the tables.
    var geometry: ClusterGeometry {
        ClusterGeometry(
            clusterBits: UInt32(clusterSize.trailingZeroBitCount),
            refcountOrder: UInt32(refcountBits.trailingZeroBitCount), hasExtendedEntries: hasExtendedEntries)
    }
}

/// The name of a backing file as it stands in an image, and the format that it is to be read in.
public struct BackingReference: Equatable, Sendable {
    /// A path; when it is relative, seen from the folder of the image.
    public var name: String
    public var format: DiskFormat

    public init(name: String, format: DiskFormat) {
        self.name = name
        self.format = format
    }
}
