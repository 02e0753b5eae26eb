// SPDX-License-Identifier: MIT

/// An open qcow2 image, version 2 or 3.
///
/// Tables are kept in memory as they are needed, and written by ``flush()``. Data is written at once.
public final class QCOW2Image: DiskImage {
    public let file: HostFile
    public var format: DiskFormat { .qcow2 }
    public var backing: (any DiskImage)?

    /// The header, as it is in the file or will be after the next flush.
    var header: QCOW2Header
    /// The active L1 table.
    var l1: [UInt64]
    /// Entries of the L1 table that have changed since they were read or written.
    var dirtyL1: Set<Int> = []
    /// Whether the header differs from that in the file.
    var isHeaderDirty = false
    /// L2 tables in memory, by their places.
    var tables: [HostOffset: L2Table] = [:]
    var refcounts: RefcountStore
    var mappingRules: MappingRules
    /// Clusters that nothing refers to any more once the tables are written: each gets one reference less then.
    var pendingFrees: [ClusterIndex] = []
    /// No cluster below this one is looked at when a free one is needed. It only moves up, so that where things lie
    /// depends on the order of writes, never on when tables are flushed.
    var nextFree = ClusterIndex(0)
    /// Where packed clusters go next: the rest of a cluster that holds some already.
    var packedRoom: Range<HostOffset> = .zero..<(.zero)
    /// Whether nobody can see the file before it is finished, so that the order of writes does not matter.
    let isNew: Bool
    /// Whether this is the disk of a snapshot, which is only read.
    var isView = false
    /// Whether what is written is what the disk shows already, so that bitmaps of changes stay true.
    var keepsContents = false
    /// Whether nothing in the header hinders a change of the contents any more.
    var isPrepared = false
    /// Whether the file has holes where the image has clusters; nil before that was asked.
    var hasHoles: Bool?
    /// Whether the header says that reference counts are behind, which ``close()`` ends.
    var isLazy = false

    /// Whole sectors: a guest does not see more of a disk whose recorded size is none.
    public var virtualSize: UInt64 { header.virtualSize.roundedDown(to: 512) }
    public var clusterSize: UInt64 { header.geometry.clusterSize }
    var geometry: ClusterGeometry { mappingRules.geometry }
    var rules: FieldRules { mappingRules.rules }

    /// Opens the image in `file`; its backing file is not looked at.
    /// - Throws: ``DiskImageError/malformed(file:offset:field:rule:)`` when a field of the header breaks a rule.
    init(_ file: HostFile, isNew: Bool = false) throws(DiskImageError) {
        self.file = file
        self.isNew = isNew
        header = try QCOW2Header.read(from: file)
        let size = try file.size()
        l1 = TableBytes.numbers(try file.read(Int(header.l1Count) * 8, at: header.l1Offset))
        refcounts = try RefcountStore(file: file, header: header)
        mappingRules = MappingRules(
            rules: FieldRules(file: file.path), geometry: header.geometry, version: header.version, fileEnd: size,
            fixedTables: [])
        noteFixedTables()
    }

    /// Remembers where the tables lie that no entry may point into.
    func noteFixedTables() {
        let refcountBytes = UInt64(header.refcountTableClusters) * clusterSize
        mappingRules.fixedTables = [
            .zero..<HostOffset(clusterSize), header.l1Offset..<header.l1Offset + UInt64(l1.count) * 8,
            header.refcountTableOffset..<header.refcountTableOffset + refcountBytes,
        ]
    }

    /// L2 tables in memory at most: 32 MiB of them.
    private var tableCapacity: Int { max(16, Int((32 << 20) / clusterSize)) }

    /// The L2 table for an L1 entry; nil when there is none.
    func table(_ l1Index: Int) throws(DiskImageError) -> L2Table? {
        guard l1Index < l1.count else { return nil }
        let position = header.l1Offset.bytes + UInt64(l1Index) * 8
        guard l1[l1Index] != 0, let offset = try mappingRules.table(l1[l1Index], at: position) else { return nil }
        return try table(at: offset)
    }

    /// The L2 table at a place that has been checked.
    func table(at offset: HostOffset) throws(DiskImageError) -> L2Table {
        if let table = tables[offset] { return table }
        try makeRoomForTable()
        let table = L2Table(offset: offset, words: TableBytes.numbers(try file.read(Int(clusterSize), at: offset)))
        tables[offset] = table
        return table
    }

    /// Forgets the tables in memory when there are too many, after it has written those that have changed.
    func makeRoomForTable() throws(DiskImageError) {
        guard tables.count >= tableCapacity else { return }
        if tables.values.contains(where: \.isDirty) { try flush() }
        tables = [:]
    }

    /// The checked entry for a cluster of the disk.
    func entry(_ table: L2Table, _ index: Int) throws(DiskImageError) -> L2Entry {
        let entry = table.entry(index, geometry)
        try mappingRules.check(entry, at: table.position(index, geometry))
        return entry
    }

    /// The checked entry for the cluster of the disk that holds `offset`.
    func entry(at offset: GuestOffset) throws(DiskImageError) -> L2Entry {
        guard let table = try table(geometry.l1Index(offset)) else { return .absent }
        return try entry(table, geometry.l2Index(offset))
    }
}
