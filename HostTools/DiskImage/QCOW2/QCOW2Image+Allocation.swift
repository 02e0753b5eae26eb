// SPDX-License-Identifier: MIT

extension QCOW2Image {
    /// Takes up to `count` free clusters in a row, at least one.
    func allocate(upTo count: UInt64) throws(DiskImageError) -> (first: ClusterIndex, count: UInt64) {
        var first = nextFree
        while true {
            try coverBySingleBlock(first)
            guard try refcounts.count(first) != 0 else { break }
            first = first + 1
        }
        // A run ends where its refcount block does: the next block has to find its place first.
        let blockEnd = UInt64(refcounts.blockIndex(first) + 1) * geometry.countsInBlock
        var taken: UInt64 = 0
        while taken < count, first.number + taken < blockEnd, try refcounts.count(first + taken) == 0 {
            try refcounts.set(first + taken, to: 1)
            taken += 1
        }
        nextFree = first + taken
        try noteEnd(nextFree)
        return (first, taken)
    }

    /// Takes exactly `count` free clusters in a row.
    func allocate(exactly count: UInt64) throws(DiskImageError) -> ClusterIndex {
        try growRefcountTable(toCover: nextFree + count * 2 + 2 * geometry.countsInBlock)
        var first = nextFree
        var found: UInt64 = 0
        while found < count {
            if try refcounts.count(first + found) == 0 { found += 1 } else { (first, found) = (first + found + 1, 0) }
        }
        // The search may have gone far beyond what the table counts for.
        try growRefcountTable(toCover: first + count * 2 + 2 * geometry.countsInBlock)
        for cluster in 0..<count where try refcounts.count(first + cluster) != 0 { return try allocate(exactly: count) }
        try cover(first..<first + count)
        for cluster in 0..<count { try refcounts.set(first + cluster, to: 1) }
        if first == nextFree { nextFree = first + count }
        try noteEnd(first + count)
        return first
    }

    /// The file will reach at least up to this cluster.
    private func noteEnd(_ cluster: ClusterIndex) throws(DiskImageError) {
        let end = geometry.offset(cluster).bytes
        guard end <= QCOW2Limits.hostBytes else {
            throw .refused(file: path, reason: "the image is full: qcow2 cannot address more than 64 PiB")
        }
        mappingRules.fileEnd = max(mappingRules.fileEnd, end)
    }

    /// Makes a refcount block for the cluster if there is none: at the start of the clusters that it counts.
    private func coverBySingleBlock(_ cluster: ClusterIndex) throws(DiskImageError) {
        guard !refcounts.hasBlock(for: cluster) else { return }
        try growRefcountTable(toCover: cluster)
        guard !refcounts.hasBlock(for: cluster) else { return }
        let index = refcounts.blockIndex(cluster)
        try addBlock(index, at: ClusterIndex(UInt64(index) * geometry.countsInBlock))
    }

    /// Makes the refcount blocks that are missing for a run of clusters, at places outside the run.
    private func cover(_ run: Range<ClusterIndex>) throws(DiskImageError) {
        let last = ClusterIndex(run.upperBound.number - 1)
        for index in (refcounts.blockIndex(run.lowerBound)...refcounts.blockIndex(last)).reversed() {
            let first = ClusterIndex(UInt64(index) * geometry.countsInBlock)
            guard !refcounts.hasBlock(for: first) else { continue }
            let isFree = !run.contains(first)
            try addBlock(index, at: isFree ? first : try placeForBlock(index, behind: run.upperBound))
        }
    }

    /// A free cluster behind a run, for the block `index`: one that the block counts itself, or one that is counted.
    private func placeForBlock(_ index: Int, behind end: ClusterIndex) throws(DiskImageError) -> ClusterIndex {
        var place = end
        while true {
            if refcounts.blockIndex(place) == index { return place }
            if refcounts.hasBlock(for: place) {
                if try refcounts.count(place) == 0 { return place }
            } else {
                try addBlock(refcounts.blockIndex(place), at: place)
            }
            place = place + 1
        }
    }

    private func addBlock(_ index: Int, at place: ClusterIndex) throws(DiskImageError) {
        try refcounts.addBlock(index, at: place)
        try refcounts.set(place, to: 1)
        try noteEnd(place + 1)
    }

    /// Moves the refcount table to a larger place when it has no entry for the cluster.
    private func growRefcountTable(toCover cluster: ClusterIndex) throws(DiskImageError) {
        let needed = refcounts.blockIndex(cluster) + 1
        let old = refcounts.entries.count
        guard needed > old else { return }
        let entriesInCluster = Int(clusterSize / 8)
        // With the half more there is room for the new table, and for its own blocks.
        let clusters = UInt64((max(needed, old) * 3 / 2 + entriesInCluster) / entriesInCluster + 1)
        guard clusters * clusterSize <= QCOW2Limits.refcountTableBytes else {
            throw .refused(
                file: path, reason: "the image is full: its refcount table would exceed 8 MiB; use larger clusters")
        }
        let oldPlace = (refcounts.tableOffset, UInt64(header.refcountTableClusters))
        refcounts.moveTable(to: refcounts.tableOffset, count: Int(clusters) * entriesInCluster)
        let place = try allocate(exactly: clusters)
        refcounts.moveTable(to: geometry.offset(place), count: refcounts.entries.count)
        header.refcountTableOffset = geometry.offset(place)
        header.refcountTableClusters = UInt32(clusters)
        isHeaderDirty = true
        noteFixedTables()
        free(oldPlace.0, clusters: oldPlace.1)
    }

    /// Takes one reference from clusters once the tables that refer to them are written.
    func free(_ offset: HostOffset, clusters: UInt64) {
        let first = geometry.cluster(offset)
        for cluster in 0..<clusters { pendingFrees.append(first + cluster) }
    }

    /// Takes the references from all clusters that an entry refers to.
    func free(_ entry: L2Entry) {
        switch entry.mapping(0, geometry) {
        case .compressed(let offset, let byteCount):
            let last = geometry.cluster(offset + (byteCount - 1))
            free(offset, clusters: last.number - geometry.cluster(offset).number + 1)
        default:
            if let host = entry.host { free(host, clusters: 1) }
        }
    }
}
