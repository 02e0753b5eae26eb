// SPDX-License-Identifier: MIT

/// The rules that every L1 and L2 entry is checked against before it is used.
struct MappingRules {
    let rules: FieldRules
    let geometry: ClusterGeometry
    let version: UInt32
    /// Where the file ends, or will end once all that was allocated is written.
    var fileEnd: UInt64
    /// Tables at fixed places, which no entry may point into.
    var fixedTables: [Range<HostOffset>]

    /// Checks an entry of an L1 table; nil means that no L2 table is there.
    func table(_ entry: UInt64, at position: UInt64) throws(DiskImageError) -> HostOffset? {
        try rules.require(entry & L2Entry.reservedInL1 == 0, "L1 entry", at: position, "reserved bits must be 0")
        let offset = entry & L2Entry.offsetMask
        guard offset != 0 else {
            try rules.require(entry == 0, "L1 entry", at: position, "bit 63 must be 0 where there is no L2 table")
            return nil
        }
        try requireCluster(HostOffset(offset), "L1 entry", at: position)
        return HostOffset(offset)
    }

    /// Checks an entry of an L2 table. `position` is where it lies in the file.
    func check(_ entry: L2Entry, at position: UInt64) throws(DiskImageError) {
        if entry.word == 0 && entry.bitmap == 0 { return }
        if entry.isCompressed { return try checkCompressed(entry, at: position) }
        let isZeroAllowed = version >= 3 && !geometry.hasExtendedEntries
        let reserved = 0x3F00_0000_0000_01FE | (isZeroAllowed ? 0 : L2Entry.zero)
        try rules.require(entry.word & reserved == 0, "L2 entry", at: position, "reserved bits must be 0")
        if geometry.hasExtendedEntries {
            let (used, zero) = (entry.bitmap & L2Entry.allSubclusters, entry.bitmap >> 32)
            try rules.require(
                used & zero == 0, "L2 entry", at: position, "a subcluster must not be in use and read as zeros at once")
            try rules.require(
                used == 0 || entry.host != nil, "L2 entry", at: position, "subclusters in use must have a host cluster")
        }
        if let host = entry.host { try requireCluster(host, "L2 entry", at: position) }
    }

    private func checkCompressed(_ entry: L2Entry, at position: UInt64) throws(DiskImageError) {
        try rules.require(
            entry.word & L2Entry.copied == 0, "L2 entry", at: position, "bit 63 must be 0 for a compressed cluster")
        guard case .compressed(let offset, let count) = entry.mapping(0, geometry) else { return }
        let offsetBits = L2Entry.compressedOffsetBits(geometry)
        try rules.require(
            offset.bytes == entry.word & (1 << offsetBits - 1), "L2 entry", at: position,
            "bits 56 and above of a compressed cluster's offset must be 0")
        try rules.require(
            offset.bytes >= geometry.clusterSize && offset.bytes + count <= fileEnd.roundedUp(to: 512), "L2 entry",
            at: position,
            "the compressed cluster at \(offset.bytes) with \(count) bytes must end within the file's \(fileEnd)")
        try requireOutsideTables(offset, count, at: position)
    }

    private func requireCluster(_ offset: HostOffset, _ field: String, at position: UInt64) throws(DiskImageError) {
        try rules.require(
            geometry.isAligned(offset), field, at: position,
            "offset \(offset.bytes) must be a multiple of the cluster size \(geometry.clusterSize)")
        try rules.require(
            offset.bytes < fileEnd, field, at: position,
            "offset \(offset.bytes) must lie within the file's \(fileEnd) bytes")
        try requireOutsideTables(offset, geometry.clusterSize, at: position)
    }

    private func requireOutsideTables(
        _ offset: HostOffset, _ count: UInt64, at position: UInt64
    ) throws(DiskImageError) {
        for table in fixedTables where table.overlaps(offset..<offset + count) {
            throw rules.broken(
                "table entry", at: position, "offset \(offset.bytes) must not point into the header or a table")
        }
    }
}
