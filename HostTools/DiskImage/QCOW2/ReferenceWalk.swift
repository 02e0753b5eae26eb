// SPDX-License-Identifier: MIT

/// Walks through all tables of an image and counts who refers to which cluster.
///
/// Each L2 table is read once, however many L1 tables refer to it, so the work is bounded by the file's size whatever
/// the tables say. What breaks a rule is noted and left out.
struct ReferenceWalk {
    private let image: QCOW2Image
    private(set) var counts = ReferenceCounts()
    /// What breaks a rule, as messages.
    private(set) var broken = ProblemList()
    /// How often each L2 table is referred to.
    private(set) var tableReferences: [HostOffset: UInt64] = [:]
    private(set) var compressedClusters: UInt64 = 0
    private(set) var allocatedClusters: UInt64 = 0
    private(set) var fragmentedClusters: UInt64 = 0
    private var geometry: ClusterGeometry { image.geometry }

    init(_ image: QCOW2Image) { self.image = image }

    /// Counts a table that lies in one piece.
    mutating func count(_ offset: HostOffset, bytes: UInt64) throws(DiskImageError) {
        let first = geometry.cluster(offset)
        for cluster in 0..<geometry.clusters(bytes) { try counts.add(first + cluster, file: image.path) }
    }

    /// Counts what an L1 table refers to: the L2 tables now, what they refer to in ``countTables(active:)``.
    mutating func count(l1: [UInt64], at offset: HostOffset) throws(DiskImageError) {
        for (index, entry) in l1.enumerated() where entry != 0 {
            do throws(DiskImageError) {
                guard let table = try image.mappingRules.table(entry, at: offset.bytes + UInt64(index) * 8) else {
                    continue
                }
                tableReferences[table, default: 0] += 1
                try counts.add(geometry.cluster(table), file: image.path)
            } catch {
                try note(error)
            }
        }
    }

    /// Counts what the L2 tables refer to. Those of `active` also make the statistics.
    mutating func countTables(active: [UInt64]) throws(DiskImageError) {
        let activeTables = Set(active.map { HostOffset($0 & L2Entry.offsetMask) })
        for (offset, times) in tableReferences.sorted(by: { $0.key < $1.key }) {
            try countTable(at: offset, times: times, isActive: activeTables.contains(offset))
        }
    }

    private mutating func countTable(
        at offset: HostOffset, times: UInt64, isActive: Bool
    ) throws(DiskImageError) {
        // A table in a hole of the file has no entries.
        guard image.file.extent(at: offset, limit: geometry.clusterSize).isData || image.tables[offset] != nil else {
            return
        }
        let table = try image.table(at: offset)
        var expected: HostOffset?
        for index in 0..<Int(geometry.entriesInTable) {
            let entry = table.entry(index, geometry)
            guard entry.word != 0 || entry.bitmap != 0 else { continue }
            do throws(DiskImageError) {
                try image.mappingRules.check(entry, at: table.position(index, geometry))
            } catch {
                try note(error)
                continue
            }
            try count(entry, times: times)
            if isActive { countStatistics(entry, expected: &expected) }
        }
    }

    private mutating func count(_ entry: L2Entry, times: UInt64) throws(DiskImageError) {
        if case .compressed(let offset, let byteCount) = entry.mapping(0, geometry) {
            let last = geometry.cluster(offset + (byteCount - 1))
            var cluster = geometry.cluster(offset)
            while cluster <= last {
                try counts.add(cluster, times: times, file: image.path)
                cluster = cluster + 1
            }
        } else if let host = entry.host {
            try counts.add(geometry.cluster(host), times: times, file: image.path)
        }
    }

    private mutating func countStatistics(_ entry: L2Entry, expected: inout HostOffset?) {
        if entry.isCompressed {
            allocatedClusters += 1
            compressedClusters += 1
            // Packed clusters lie nowhere in a row.
            fragmentedClusters += 1
        } else if let host = entry.host {
            allocatedClusters += 1
            if let expected, expected != host { fragmentedClusters += 1 }
            expected = host + geometry.clusterSize
        }
    }

    /// Notes a broken rule; other errors end the walk.
    mutating func note(_ error: DiskImageError) throws(DiskImageError) {
        guard case .malformed = error else { throw error }
        broken.add(error.description)
    }

    /// Notes a problem.
    mutating func note(_ problem: String) { broken.add(problem) }
}
