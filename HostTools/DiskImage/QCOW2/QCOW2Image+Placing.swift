// SPDX-License-Identifier: MIT

/// Room in the file for whole clusters of the disk that follow one another, there as well.
struct Placement {
    var guest: GuestOffset
    var host: HostOffset
    /// Bytes, a multiple of the cluster size.
    var count: UInt64
    /// Whether no entry points there yet: the clusters have to be filled, then linked.
    var isFresh: Bool
}

extension QCOW2Image {
    /// Finds room for whole clusters of the disk: their own where nobody shares it, else new room.
    ///
    /// Nothing can be read from new room before ``link(_:)``.
    func place(_ range: Range<GuestOffset>) throws(DiskImageError) -> [Placement] {
        var result: [Placement] = []
        var offset = range.lowerBound
        while offset < range.upperBound {
            let next = try placement(at: offset, limit: range.upperBound - offset)
            if var last = result.popLast() {
                if last.isFresh == next.isFresh && last.host + last.count == next.host {
                    last.count += next.count
                    result.append(last)
                } else {
                    result += [last, next]
                }
            } else {
                result.append(next)
            }
            offset += next.count
        }
        return result
    }

    private func placement(at offset: GuestOffset, limit: UInt64) throws(DiskImageError) -> Placement {
        _ = try writableTable(geometry.l1Index(offset))
        let entry = try entry(at: offset)
        if let host = try ownHost(of: entry) {
            let isData =
                geometry.hasExtendedEntries ? entry.bitmap == L2Entry.allSubclusters : entry.word & L2Entry.zero == 0
            return Placement(guest: offset, host: host, count: clusterSize, isFresh: !isData)
        }
        var clusters: UInt64 = 1
        while clusters * clusterSize < limit,
            geometry.l1Index(offset + clusters * clusterSize) == geometry.l1Index(offset),
            try ownHost(of: try self.entry(at: offset + clusters * clusterSize)) == nil
        { clusters += 1 }
        let room = try allocate(upTo: clusters)
        return Placement(
            guest: offset, host: geometry.offset(room.first), count: room.count * clusterSize, isFresh: true)
    }

    /// The host cluster of an entry, if it is this entry's alone.
    func ownHost(of entry: L2Entry) throws(DiskImageError) -> HostOffset? {
        guard !entry.isCompressed, let host = entry.host else { return nil }
        let count = try refcounts.count(geometry.cluster(host))
        guard count > 0 else {
            throw rules.broken(
                "refcount", at: host.bytes, "a cluster in use must not have the reference count 0; check the image")
        }
        return count == 1 ? host : nil
    }

    /// The L2 table for an L1 entry, made or copied when it is missing or shared with a snapshot.
    func writableTable(_ l1Index: Int) throws(DiskImageError) -> L2Table {
        if let table = try table(l1Index), try refcounts.count(geometry.cluster(table.offset)) == 1 { return table }
        let old = try table(l1Index)
        let place = geometry.offset(try allocate(upTo: 1).first)
        try makeRoomForTable()
        // In the copy no cluster is its own: all are shared with the table that it was copied from.
        let words = old.map { old in self.withoutCopiedFlags(old.words) }
        let table = L2Table(offset: place, words: words ?? [UInt64](repeating: 0, count: Int(clusterSize / 8)))
        table.isDirty = true
        tables[place] = table
        l1[l1Index] = place.bytes | L2Entry.copied
        dirtyL1.insert(l1Index)
        if let old { free(old.offset, clusters: 1) }
        return table
    }

    /// The numbers of an L2 table with bit 63 of each entry cleared.
    func withoutCopiedFlags(_ words: [UInt64]) -> [UInt64] {
        var result = words
        for index in stride(from: 0, to: words.count, by: geometry.wordsInEntry) { result[index] &= ~L2Entry.copied }
        return result
    }

    /// Makes entries point to room whose bytes have been written, and gives up what they pointed to.
    func link(_ placements: [Placement]) throws(DiskImageError) {
        for placement in placements where placement.isFresh {
            for start in stride(from: 0, to: placement.count, by: Int(clusterSize)) {
                try setEntry(at: placement.guest + start, to: .data(placement.host + start, geometry))
            }
        }
    }

    /// Changes the entry for a cluster of the disk. What it referred to loses a reference, unless it is kept.
    func setEntry(at offset: GuestOffset, to entry: L2Entry) throws(DiskImageError) {
        let table = try writableTable(geometry.l1Index(offset))
        let index = geometry.l2Index(offset)
        let old = try self.entry(table, index)
        let keepsCluster = !old.isCompressed && !entry.isCompressed && old.host != nil && old.host == entry.host
        if !keepsCluster { free(old) }
        table.set(index, to: entry, geometry)
    }
}
