// SPDX-License-Identifier: MIT

/// The numbers that follow from an image's cluster size, width of reference counts and form of L2 entries.
struct ClusterGeometry: Equatable, Sendable {
    let clusterBits: UInt32
    let refcountOrder: UInt32
    let hasExtendedEntries: Bool

    /// Bytes in a cluster, 512 to 2 MiB.
    var clusterSize: UInt64 { 1 << UInt64(clusterBits) }
    /// Bits in a reference count, 1 to 64.
    var refcountBits: UInt64 { 1 << UInt64(refcountOrder) }
    /// The largest reference count that can be stored.
    var maximumRefcount: UInt64 { refcountOrder == 6 ? .max : 1 << refcountBits - 1 }
    /// Reference counts in a refcount block, which is one cluster.
    var countsInBlock: UInt64 { clusterSize * 8 / refcountBits }
    /// Numbers of 64 bits in an L2 entry.
    var wordsInEntry: Int { hasExtendedEntries ? 2 : 1 }
    /// Entries in an L2 table, which is one cluster.
    var entriesInTable: UInt64 { clusterSize / 8 / UInt64(wordsInEntry) }
    /// Bytes of the disk that one L2 table maps.
    var bytesInTable: UInt64 { entriesInTable * clusterSize }
    /// Bytes in a subcluster: a 32nd of a cluster with extended entries, else a cluster.
    var subclusterSize: UInt64 { hasExtendedEntries ? clusterSize / 32 : clusterSize }

    /// L1 entries for a disk of this size.
    func l1Count(for virtualSize: UInt64) -> UInt64 { virtualSize.pieces(of: bytesInTable) }

    /// The L1 entry for a position on the disk.
    func l1Index(_ offset: GuestOffset) -> Int { Int(offset.bytes / bytesInTable) }

    /// The entry within its L2 table for a position on the disk.
    func l2Index(_ offset: GuestOffset) -> Int { Int(offset.bytes >> UInt64(clusterBits) & (entriesInTable - 1)) }

    /// Bytes from the start of the cluster to the position.
    func withinCluster(_ bytes: UInt64) -> UInt64 { bytes & (clusterSize - 1) }

    /// The host cluster that holds the position.
    func cluster(_ offset: HostOffset) -> ClusterIndex { ClusterIndex(offset.bytes >> UInt64(clusterBits)) }

    /// Where the host cluster begins.
    func offset(_ cluster: ClusterIndex) -> HostOffset { HostOffset(cluster.number << UInt64(clusterBits)) }

    /// Whether the position is the start of a cluster.
    func isAligned(_ offset: HostOffset) -> Bool { withinCluster(offset.bytes) == 0 }

    /// Clusters that `bytes` bytes occupy.
    func clusters(_ bytes: UInt64) -> UInt64 { bytes.pieces(of: clusterSize) }
}
