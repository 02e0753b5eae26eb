// SPDX-License-Identifier: MIT

extension QCOW2Image {
    /// The snapshots of the image.
    public func snapshots() throws(DiskImageError) -> [Snapshot] { try SnapshotTable.read(file, header) }

    /// Counts all references of the image as it is in the file.
    func countReferences() throws(DiskImageError) -> ReferenceWalk {
        var walk = ReferenceWalk(self)
        try walk.count(.zero, bytes: clusterSize)
        try walk.count(header.l1Offset, bytes: UInt64(l1.count) * 8)
        try walk.count(l1: l1, at: header.l1Offset)
        try countSnapshots(&walk)
        try countBitmaps(&walk)
        try countRefcounts(&walk)
        try walk.countTables(active: l1)
        return walk
    }

    private func countSnapshots(_ walk: inout ReferenceWalk) throws(DiskImageError) {
        guard header.snapshotCount > 0 else { return }
        do throws(DiskImageError) {
            let snapshots = try snapshots()
            try walk.count(header.snapshotsOffset, bytes: UInt64(SnapshotTable.bytes(snapshots).count))
            var seen: Set<HostOffset> = []
            for snapshot in snapshots where snapshot.l1Count > 0 {
                let bytes = UInt64(snapshot.l1Count) * 8
                // Tables that lie in one another would make a small file long work.
                let clusters = (0..<geometry.clusters(bytes)).map { snapshot.l1Offset + $0 * clusterSize }
                try walk.count(snapshot.l1Offset, bytes: bytes)
                guard clusters.allSatisfy({ seen.insert($0).inserted }) else {
                    walk.note("\(path): snapshot \(snapshot.id): its L1 table overlaps that of another snapshot")
                    continue
                }
                let table = TableBytes.numbers(try file.read(Int(bytes), at: snapshot.l1Offset))
                try walk.count(l1: table, at: snapshot.l1Offset)
            }
        } catch {
            try walk.note(error)
        }
    }

    /// Counts what the directory of bitmaps refers to.
    private func countBitmaps(_ walk: inout ReferenceWalk) throws(DiskImageError) {
        do throws(DiskImageError) {
            guard let directory = try bitmapDirectory() else { return }
            try walk.count(directory.offset, bytes: directory.size)
            try count(directory.bitmaps, &walk)
        } catch {
            try walk.note(error)
        }
    }

    /// Counts the tables of bitmaps and what they refer to.
    func count(_ bitmaps: [PersistentBitmap], _ walk: inout ReferenceWalk) throws(DiskImageError) {
        for bitmap in bitmaps {
            try walk.count(bitmap.tableOffset, bytes: UInt64(bitmap.tableCount) * 8)
            for cluster in try clusters(of: bitmap) { try walk.count(cluster, bytes: clusterSize) }
        }
    }

    private func countRefcounts(_ walk: inout ReferenceWalk) throws(DiskImageError) {
        try walk.count(header.refcountTableOffset, bytes: UInt64(header.refcountTableClusters) * clusterSize)
        var seen: Set<UInt64> = []
        for (index, entry) in refcounts.entries.enumerated() where entry != 0 {
            guard seen.insert(entry).inserted else {
                walk.note("\(path): refcount table entry \(index): another entry has the same block")
                continue
            }
            do throws(DiskImageError) {
                guard try refcounts.block(index) != nil else { continue }
                try walk.count(HostOffset(entry), bytes: clusterSize)
            } catch {
                try walk.note(error)
            }
        }
    }
}
