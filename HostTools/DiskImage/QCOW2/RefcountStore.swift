// SPDX-License-Identifier: MIT

/// The reference counts of an image's clusters: a table of blocks, which are read when they are needed.
final class RefcountStore {
    private let file: HostFile
    private let rules: FieldRules
    let geometry: ClusterGeometry
    /// Where the table lies in the file.
    var tableOffset: HostOffset
    /// The table: where each block lies, 0 where there is none.
    var entries: [UInt64]
    /// Entries that have changed since the table was read or written.
    private var dirtyEntries: Set<Int> = []
    private var blocks: [Int: RefcountBlock] = [:]
    /// Blocks in memory at most.
    private let capacity: Int

    /// Reads the table.
    init(file: HostFile, header: QCOW2Header) throws(DiskImageError) {
        self.file = file
        rules = FieldRules(file: file.path)
        geometry = header.geometry
        tableOffset = header.refcountTableOffset
        capacity = max(16, Int((16 << 20) / geometry.clusterSize))
        let count = Int(UInt64(header.refcountTableClusters) << UInt64(header.clusterBits))
        entries = TableBytes.numbers(try file.read(count, at: tableOffset))
    }

    /// The index of the block that counts for a cluster.
    func blockIndex(_ cluster: ClusterIndex) -> Int { Int(cluster.number / geometry.countsInBlock) }

    /// Whether a cluster's block exists.
    func hasBlock(for cluster: ClusterIndex) -> Bool {
        let index = blockIndex(cluster)
        return index < entries.count && entries[index] != 0
    }

    /// A cluster's reference count.
    func count(_ cluster: ClusterIndex) throws(DiskImageError) -> UInt64 {
        guard let block = try block(blockIndex(cluster)) else { return 0 }
        return block[Int(cluster.number % geometry.countsInBlock)]
    }

    /// Sets a cluster's reference count; its block exists.
    func set(_ cluster: ClusterIndex, to count: UInt64) throws(DiskImageError) {
        guard let block = try block(blockIndex(cluster)) else { return }
        block[Int(cluster.number % geometry.countsInBlock)] = count
    }

    /// The block `index`; nil where there is none, and all of its counts are 0.
    func block(_ index: Int) throws(DiskImageError) -> RefcountBlock? {
        if let block = blocks[index] { return block }
        guard index < entries.count, entries[index] != 0 else { return nil }
        let offset = HostOffset(entries[index])
        let position = tableOffset.bytes + UInt64(index) * 8
        try rules.require(
            geometry.isAligned(offset), "refcount table entry", at: position,
            "offset \(offset.bytes) must be a multiple of the cluster size \(geometry.clusterSize)")
        let fileSize = try file.size()
        try rules.require(
            offset.bytes < fileSize && offset.bytes >= geometry.clusterSize, "refcount table entry", at: position,
            "offset \(offset.bytes) must lie within the file's \(fileSize) bytes, behind the header")
        if blocks.count >= capacity { try writeDirty(andForget: true) }
        let bytes = try file.read(Int(geometry.clusterSize), at: offset)
        let block = RefcountBlock(offset: offset, bytes: bytes, order: geometry.refcountOrder)
        blocks[index] = block
        return block
    }

    /// Adds an empty block at the place of a cluster, which may be one that the block itself counts.
    func addBlock(_ index: Int, at cluster: ClusterIndex) throws(DiskImageError) {
        if blocks.count >= capacity { try writeDirty(andForget: true) }
        let offset = geometry.offset(cluster)
        let block = RefcountBlock(
            offset: offset, bytes: [UInt8](repeating: 0, count: Int(geometry.clusterSize)),
            order: geometry.refcountOrder)
        block.isDirty = true
        blocks[index] = block
        entries[index] = offset.bytes
        dirtyEntries.insert(index)
    }

    /// Lets the table have more entries, and lie elsewhere. All of it is written with the next ``writeDirty()``.
    func moveTable(to offset: HostOffset, count: Int) {
        tableOffset = offset
        entries += [UInt64](repeating: 0, count: count - entries.count)
        dirtyEntries = Set(entries.indices)
    }

    /// Writes the blocks that have changed, then the table's entries.
    func writeDirty(andForget: Bool = false) throws(DiskImageError) {
        for (_, block) in blocks.sorted(by: { $0.key < $1.key }) where block.isDirty {
            try file.write(block.bytes, at: block.offset)
            block.isDirty = false
        }
        if dirtyEntries.count == entries.count {
            try file.write(TableBytes.bytes(entries[...]), at: tableOffset)
        } else {
            for index in dirtyEntries.sorted() {
                try file.write(TableBytes.bytes(entries[index...index]), at: tableOffset + UInt64(index) * 8)
            }
        }
        dirtyEntries = []
        if andForget { blocks = [:] }
    }
}
