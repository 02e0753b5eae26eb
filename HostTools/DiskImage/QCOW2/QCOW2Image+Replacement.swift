// SPDX-License-Identifier: MIT

/// The state of an image that new tables are made for.
struct TablePlan {
    /// The active L1 table.
    var l1: [UInt64]
    /// The snapshots, with their L1 tables.
    var snapshots: [(snapshot: Snapshot, l1: [UInt64])]
    /// The bitmaps.
    var bitmaps: [PersistentBitmap]
    /// The header, but for the places of what is written anew.
    var header: QCOW2Header
}

extension QCOW2Image {
    /// Replaces the image's tables by new ones, in one step.
    ///
    /// L1 tables, reference counts, the table of snapshots and those L2 tables whose flags change are written behind the
    /// end of the file, where nobody looks. Writing the header makes them count: before that the image is the old one,
    /// after it the new one, and there is no moment between.
    func replaceTables(
        _ change: (inout TablePlan) throws(DiskImageError) -> Void
    ) throws(DiskImageError) {
        var plan = TablePlan(l1: l1, snapshots: [], bitmaps: try bitmaps(), header: header)
        for snapshot in try snapshots() {
            let bytes = try file.read(Int(snapshot.l1Count) * 8, at: snapshot.l1Offset)
            plan.snapshots.append((snapshot, TableBytes.numbers(bytes)))
        }
        try change(&plan)
        var writer = TableWriter(image: self, header: plan.header)
        try writer.write(&plan)
        try file.truncate(to: geometry.offset(writer.end).bytes)
        try file.synchronize()
        let old = refcounts
        header = writer.header
        try writeHeader()
        try file.synchronize()
        try adopt(plan.l1, old)
    }

    /// Takes over what has been written, and gives back what only the old tables used.
    private func adopt(_ newL1: [UInt64], _ old: RefcountStore) throws(DiskImageError) {
        l1 = newL1
        dirtyL1 = []
        tables = [:]
        pendingFrees = []
        mappingRules.fileEnd = try file.size()
        noteFixedTables()
        refcounts = try RefcountStore(file: file, header: header)
        nextFree = ClusterIndex(0)
        packedRoom = .zero..<(.zero)
        for index in old.entries.indices {
            guard let block = try old.block(index) else { continue }
            try giveBack(block, index)
        }
    }

    private func giveBack(_ block: RefcountBlock, _ index: Int) throws(DiskImageError) {
        var run: Range<UInt64>?
        for slot in 0..<geometry.countsInBlock {
            let cluster = UInt64(index) * geometry.countsInBlock + slot
            let users = try refcounts.count(ClusterIndex(cluster))
            let isUnused = block[Int(slot)] != 0 && users == 0
            if isUnused { run = (run?.lowerBound ?? cluster)..<cluster + 1 }
            if let range = run, !isUnused || slot == geometry.countsInBlock - 1 {
                _ = file.punchHole(
                    at: geometry.offset(ClusterIndex(range.lowerBound)), count: UInt64(range.count) * clusterSize)
                run = nil
            }
        }
    }
}

/// Writes new tables behind the end of an image's file.
private struct TableWriter {
    let image: QCOW2Image
    var header: QCOW2Header
    /// The first cluster that is still free.
    var end: ClusterIndex
    private var counts = ReferenceCounts()
    private var geometry: ClusterGeometry { image.geometry }

    init(image: QCOW2Image, header: QCOW2Header) {
        self.image = image
        self.header = header
        end = ClusterIndex(image.geometry.clusters(image.mappingRules.fileEnd))
    }

    mutating func write(_ plan: inout TablePlan) throws(DiskImageError) {
        counts = try dataCounts(plan)
        try replaceTables(&plan)
        for entry in plan.l1 where entry != 0 { try count(entry) }
        for snapshot in plan.snapshots { for entry in snapshot.l1 where entry != 0 { try count(entry) } }
        setFlags(&plan.l1)
        header.l1Count = UInt32(plan.l1.count)
        header.l1Offset = try append(TableBytes.bytes(plan.l1[...]))
        for index in plan.snapshots.indices where !plan.snapshots[index].l1.isEmpty {
            plan.snapshots[index].snapshot.l1Offset = try append(TableBytes.bytes(plan.snapshots[index].l1[...]))
        }
        header.snapshotCount = UInt32(plan.snapshots.count)
        let table = SnapshotTable.bytes(plan.snapshots.map(\.snapshot))
        guard UInt64(table.count) <= QCOW2Limits.snapshotTableBytes, plan.snapshots.count <= QCOW2Limits.snapshots
        else {
            throw .refused(file: image.path, reason: "the table of snapshots is full")
        }
        header.snapshotsOffset = table.isEmpty ? .zero : try append(table)
        try write(plan.bitmaps)
        header.incompatible.remove(.dirty)
        try writeRefcounts()
    }

    /// Counts all that will be referred to but is not written anew: data, header, bitmaps.
    private func dataCounts(_ plan: TablePlan) throws(DiskImageError) -> ReferenceCounts {
        var walk = ReferenceWalk(image)
        try walk.count(l1: plan.l1, at: .zero)
        for snapshot in plan.snapshots { try walk.count(l1: snapshot.l1, at: .zero) }
        try walk.countTables(active: [])
        guard walk.broken.count == 0 else {
            throw .refused(file: image.path, reason: "the image is damaged: \(walk.broken.lines[0])")
        }
        // L2 tables are counted once more when it is known where they lie.
        var result = ReferenceCounts()
        let tables = walk.tableReferences
        try walk.counts.visit { cluster, count throws(DiskImageError) in
            let asTable = tables[geometry.offset(cluster)] ?? 0
            if count > asTable { try result.add(cluster, times: count - asTable, file: image.path) }
        }
        var others = ReferenceWalk(image)
        try others.count(.zero, bytes: geometry.clusterSize)
        try image.count(plan.bitmaps, &others)
        try others.counts.visit { cluster, count throws(DiskImageError) in
            try result.add(cluster, times: count, file: image.path)
        }
        return result
    }

    /// Writes the directory of the bitmaps; without any, the header says nothing of them.
    private mutating func write(_ bitmaps: [PersistentBitmap]) throws(DiskImageError) {
        header[.bitmaps] = nil
        guard !bitmaps.isEmpty else {
            header.autoclear.remove(.bitmaps)
            return
        }
        let directory = bitmaps.flatMap(\.entry)
        var data = [UInt8](repeating: 0, count: 24)
        data.setBigEndian(UInt32(bitmaps.count), at: 0)
        data.setBigEndian(UInt64(directory.count), at: 8)
        data.setBigEndian(try append(directory).bytes, at: 16)
        header[.bitmaps] = data
    }

    /// Writes a copy of each active L2 table in which bit 63 of an entry is wrong.
    private mutating func replaceTables(_ plan: inout TablePlan) throws(DiskImageError) {
        var (moved, seen): ([UInt64: UInt64], Set<UInt64>) = ([:], [])
        for entry in plan.l1 {
            let offset = entry & L2Entry.offsetMask
            guard offset != 0, seen.insert(offset).inserted else { continue }
            let table = try image.table(at: HostOffset(offset))
            let words = rightFlags(table)
            if words != table.words { moved[offset] = try append(TableBytes.bytes(words[...])).bytes }
        }
        func follow(_ l1: [UInt64]) -> [UInt64] {
            l1.map { entry in
                let offset = entry & L2Entry.offsetMask
                return moved[offset] ?? offset
            }
        }
        plan.l1 = follow(plan.l1)
        for index in plan.snapshots.indices { plan.snapshots[index].l1 = follow(plan.snapshots[index].l1) }
        // What was appended is counted by its references, not by having been written.
        for offset in moved.values { counts.remove(geometry.cluster(HostOffset(offset))) }
    }

    private func rightFlags(_ table: L2Table) -> [UInt64] {
        var words = image.withoutCopiedFlags(table.words)
        for index in 0..<Int(geometry.entriesInTable) {
            let entry = table.entry(index, geometry)
            guard !entry.isCompressed, let host = entry.host, counts[geometry.cluster(host)] == 1 else { continue }
            words[index * geometry.wordsInEntry] |= L2Entry.copied
        }
        return words
    }

    private mutating func count(_ l1Entry: UInt64) throws(DiskImageError) {
        try counts.add(geometry.cluster(HostOffset(l1Entry & L2Entry.offsetMask)), file: image.path)
    }

    /// Sets bit 63 of the active L1 entries whose table is theirs alone.
    private func setFlags(_ l1: inout [UInt64]) {
        for index in l1.indices where l1[index] != 0 && counts[geometry.cluster(HostOffset(l1[index]))] == 1 {
            l1[index] |= L2Entry.copied
        }
    }

    /// Writes bytes into new clusters, which are counted once.
    private mutating func append(_ bytes: [UInt8]) throws(DiskImageError) -> HostOffset {
        let offset = geometry.offset(end)
        let clusters = max(1, geometry.clusters(UInt64(bytes.count)))
        try image.file.write(bytes, at: offset)
        for cluster in 0..<clusters { try counts.add(end + cluster, file: image.path) }
        end = end + clusters
        return offset
    }

    /// Writes refcount blocks for all clusters that are in use, and those of the blocks and their table themselves.
    private mutating func writeRefcounts() throws(DiskImageError) {
        var needed: Set<UInt64> = []
        let perBlock = geometry.countsInBlock
        try counts.visit { cluster, _ throws(DiskImageError) in needed.insert(cluster.number / perBlock) }
        let start = end
        var total: UInt64 = 0
        var tableClusters: UInt64 = 0
        while true {
            tableClusters = geometry.clusters(((start.number + total) / perBlock + 2) * 8)
            for cluster in stride(from: start.number, through: start.number + total, by: Int(perBlock)) {
                needed.insert(cluster / perBlock)
            }
            needed.insert((start.number + total) / perBlock)
            let next = UInt64(needed.count) + tableClusters
            if next <= total { break }
            total = next
        }
        guard tableClusters * geometry.clusterSize <= QCOW2Limits.refcountTableBytes else {
            throw .refused(file: image.path, reason: "the image is full: its refcount table would exceed 8 MiB")
        }
        for cluster in 0..<UInt64(needed.count) + tableClusters { try counts.add(start + cluster, file: image.path) }
        try writeBlocks(needed.sorted(), tableClusters: tableClusters)
    }

    private mutating func writeBlocks(_ indices: [UInt64], tableClusters: UInt64) throws(DiskImageError) {
        var table = [UInt64](repeating: 0, count: Int(tableClusters * geometry.clusterSize / 8))
        let empty = [UInt8](repeating: 0, count: Int(geometry.clusterSize))
        for index in indices {
            let offset = geometry.offset(end)
            let block = RefcountBlock(offset: offset, bytes: empty, order: geometry.refcountOrder)
            for slot in 0..<geometry.countsInBlock {
                let count = counts[ClusterIndex(index * geometry.countsInBlock + slot)]
                guard count <= geometry.maximumRefcount else {
                    throw .refused(
                        file: image.path,
                        reason:
                            "reference counts of \(geometry.refcountBits) bits cannot count \(count) users of a cluster; "
                            + "convert the image to one with more refcount_bits")
                }
                if count != 0 { block[Int(slot)] = count }
            }
            try image.file.write(block.bytes, at: offset)
            table[Int(index)] = offset.bytes
            end = end + 1
        }
        header.refcountTableOffset = geometry.offset(end)
        header.refcountTableClusters = UInt32(tableClusters)
        try image.file.write(TableBytes.bytes(table[...]), at: header.refcountTableOffset)
        end = end + tableClusters
    }
}

extension QCOW2Image {
    /// Counts references anew when the image's last writer put that off and did not come to it.
    func repairDirty() throws(DiskImageError) {
        guard header.incompatible.contains(.dirty), !header.incompatible.contains(.corrupt) else { return }
        try replaceTables { _ throws(DiskImageError) in }
    }
}
