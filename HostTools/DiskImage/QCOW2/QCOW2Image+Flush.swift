// SPDX-License-Identifier: MIT

extension QCOW2Image {
    /// Writes all tables in the order that leaves a consistent image, or one with leaks, wherever the process ends:
    /// references are counted before they are made, and given up before they are no longer counted.
    public func flush() throws(DiskImageError) {
        guard file.canWrite, !isView else { return }
        if !isLazy { try flushRefcounts() }
        try extendFile()
        for (_, table) in tables.sorted(by: { $0.key < $1.key }) where table.isDirty {
            try file.write(TableBytes.bytes(table.words[...]), at: table.offset)
            table.isDirty = false
        }
        if !dirtyL1.isEmpty { try barrier() }
        try flushL1()
        try applyFrees()
    }

    private func flushRefcounts() throws(DiskImageError) {
        try refcounts.writeDirty()
        try barrier()
        // A refcount table that has moved counts from here on.
        if isHeaderDirty { try writeHeader() }
    }

    private func flushL1() throws(DiskImageError) {
        for index in dirtyL1.sorted() {
            try file.write(TableBytes.bytes(l1[index...index]), at: header.l1Offset + UInt64(index) * 8)
        }
        dirtyL1 = []
    }

    private func applyFrees() throws(DiskImageError) {
        guard !pendingFrees.isEmpty else { return try barrier() }
        try barrier()
        var unused: [ClusterIndex] = []
        for cluster in pendingFrees {
            let count = try refcounts.count(cluster)
            if count > 0 { try refcounts.set(cluster, to: count - 1) }
            if count == 1 { unused.append(cluster) }
        }
        pendingFrees = []
        if !isLazy { try refcounts.writeDirty() }
        try barrier()
        giveBack(unused.sorted())
    }

    /// Gives the blocks of clusters that nobody uses back to the file system.
    private func giveBack(_ clusters: [ClusterIndex]) {
        var start = 0
        while start < clusters.count {
            var end = start + 1
            while end < clusters.count, clusters[end] == clusters[end - 1] + 1 { end += 1 }
            _ = file.punchHole(at: geometry.offset(clusters[start]), count: UInt64(end - start) * clusterSize)
            start = end
        }
    }

    /// Makes the file as long as its clusters are, where the last ones hold nothing yet.
    private func extendFile() throws(DiskImageError) {
        // Behind the last packed bytes there is nothing to keep room for.
        let isPacked = packedRoom.upperBound.bytes == mappingRules.fileEnd
        let end = isPacked ? packedRoom.lowerBound.bytes.roundedUp(to: 512) : mappingRules.fileEnd
        if try file.size() < end { try file.truncate(to: end) }
    }

    /// What is written from here on is not on the disk before what was written until now.
    func barrier() throws(DiskImageError) {
        if !isNew { try file.synchronize() }
    }

    /// Writes the header in one piece. It says no more that features which we do not know agree with the contents.
    func writeHeader() throws(DiskImageError) {
        header.autoclear.formIntersection(.known)
        try file.write(try header.serialized(file: path), at: .zero)
        isHeaderDirty = false
    }

    /// Ends the use of an image that was written to: nothing is behind any more.
    public func close() throws(DiskImageError) {
        try flush()
        guard isLazy else { return }
        isLazy = false
        try flushRefcounts()
        header.incompatible.remove(.dirty)
        try writeHeader()
        try barrier()
    }
}
