// SPDX-License-Identifier: MIT

extension QCOW2Image {
    /// The room that a cluster has although nothing is said about its subcluster at `offset`, and for how many bytes
    /// the answer holds, at most `limit`.
    func reservedRoom(at offset: GuestOffset, limit: UInt64) throws(DiskImageError) -> (
        place: HostOffset?, count: UInt64
    ) {
        guard geometry.hasExtendedEntries else { return (nil, limit) }
        let within = geometry.withinCluster(offset.bytes)
        var count = min(limit, clusterSize - within)
        if let host = try entry(at: offset).host { return (host + within, count) }
        while count < limit, try entry(at: offset + count).host == nil { count = min(limit, count + clusterSize) }
        return (nil, count)
    }

    /// Writes to an image with extended L2 entries, cluster by cluster.
    func writeSubclusters(_ bytes: ArraySlice<UInt8>, at offset: GuestOffset) throws(DiskImageError) {
        var rest = bytes
        var position = offset
        while !rest.isEmpty {
            let room = clusterSize - geometry.withinCluster(position.bytes)
            let piece = rest.prefix(Int(min(UInt64(rest.count), room)))
            try writeInCluster(piece, at: position)
            rest = rest.dropFirst(piece.count)
            position += UInt64(piece.count)
        }
    }

    /// Writes within one cluster. Only the subclusters that are touched come into use.
    private func writeInCluster(_ bytes: ArraySlice<UInt8>, at offset: GuestOffset) throws(DiskImageError) {
        _ = try writableTable(geometry.l1Index(offset))
        let cluster = GuestOffset(offset.bytes.roundedDown(to: clusterSize))
        let entry = try entry(at: offset)
        let end = offset + UInt64(bytes.count)
        let own = try ownHost(of: entry)
        let host = if let own { own } else { geometry.offset(try allocate(upTo: 1).first) }
        // What others share, or is packed, is copied whole; else the subclusters around the bytes.
        let isCopied = own == nil && (entry.isCompressed || entry.host != nil)
        let unit = isCopied ? clusterSize : geometry.subclusterSize
        let start = GuestOffset(offset.bytes.roundedDown(to: unit))
        let stop = GuestOffset(end.bytes.roundedUp(to: unit))
        let (head, tail) = (try oldBytes(start..<offset), try oldBytes(end..<stop))
        try file.write(head + bytes + tail, at: host + (start - cluster))
        let touched = geometry.subclusterBits(start - cluster..<stop - cluster)
        let before = isCopied ? 0 : entry.bitmap
        let bitmap = (before | touched) & ~(touched << 32)
        try setEntry(at: offset, to: .data(host, geometry, bitmap: bitmap))
    }

    /// Makes the subclusters of a range within one cluster read as zeros. The range consists of whole subclusters.
    func zeroSubclusters(at offset: GuestOffset, count: UInt64) throws(DiskImageError) {
        _ = try writableTable(geometry.l1Index(offset))
        let entry = try entry(at: offset)
        let within = geometry.withinCluster(offset.bytes)
        let touched = geometry.subclusterBits(within..<within + count)
        let own = try ownHost(of: entry)
        if entry.isCompressed || (entry.host != nil && own == nil) {
            return try writeInCluster([UInt8](repeating: 0, count: Int(count))[...], at: offset)
        }
        let bitmap = (entry.bitmap & ~touched) | touched << 32
        try setEntry(at: offset, to: L2Entry(word: entry.word, bitmap: bitmap))
    }
}

extension ClusterGeometry {
    /// A bit for each subcluster of a range within a cluster.
    func subclusterBits(_ range: Range<UInt64>) -> UInt64 {
        let (first, end) = (range.lowerBound / subclusterSize, range.upperBound / subclusterSize)
        return (1 << end - 1) & ~(1 << first - 1)
    }
}
