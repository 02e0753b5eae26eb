// SPDX-License-Identifier: MIT

extension QCOW2Image {
    /// Compares the reference counts with what the tables refer to, and the entries with the rules.
    public func check() throws(DiskImageError) -> CheckReport { try examine().report }

    /// Checks the image and repairs what is asked for, if it is there; the report is that of the image afterwards.
    public func check(repairing repair: Repair) throws(DiskImageError) -> CheckReport {
        let (before, walk, areSimple) = try examine()
        let needsTables = walk.broken.count == 0 && (repair == .all ? before.corruptions > 0 : false)
        if needsTables || (before.corruptions == 0 && before.leaks > 0 && !areSimple) {
            try replaceTables { _ throws(DiskImageError) in }
        } else if before.leaks > 0 {
            try visitLeaks(walk) { block, slot, _, references in if references == 0 { block[slot] = 0 } }
            try refcounts.writeDirty()
            try file.synchronize()
        }
        var after = try examine().report
        if repair == .all, after.corruptions == 0, header.incompatible.contains(.corrupt) {
            header.incompatible.remove(.corrupt)
            try writeHeader()
        }
        after.leaksFixed = max(0, before.leaks - after.leaks)
        after.corruptionsFixed = max(0, before.corruptions - after.corruptions)
        return after
    }

    /// Refuses an image whose tables are damaged, or that says of itself that they are.
    func requireSound(forWriting: Bool) throws(DiskImageError) {
        guard !header.incompatible.contains(.corrupt) || !forWriting else {
            throw rules.broken(
                "incompatible_features", at: 72,
                "bit 1 marks the image as corrupt: it must not be written to; run: apus image check")
        }
        // With the dirty bit set, counts are known to be behind; the entries must hold all the same.
        let report = try check()
        let isBehind = header.incompatible.contains(.dirty)
        guard report.corruptions == 0 || isBehind else {
            let first = report.problems.first { !$0.hasPrefix("Leaked") } ?? ""
            throw .refused(
                file: path,
                reason:
                    "the image is damaged (\(report.corruptions) errors); run: apus image check. The first: \(first)")
        }
    }

    /// What is wrong, and whether all leaks are of clusters that nobody refers to.
    private func examine() throws(DiskImageError) -> (report: CheckReport, walk: ReferenceWalk, areSimple: Bool) {
        let walk = try countReferences()
        var report = CheckReport()
        report.problems = walk.broken.text.map { "ERROR \($0)" }
        report.corruptions = walk.broken.count
        report.totalClusters = geometry.clusters(virtualSize)
        report.allocatedClusters = walk.allocatedClusters
        report.fragmentedClusters = walk.fragmentedClusters
        report.compressedClusters = walk.compressedClusters
        let areSimple = try compare(walk, &report)
        try compareCopiedFlags(&report)
        return (report, walk, areSimple)
    }

    /// Compares the counts that are stored with those that are due.
    private func compare(_ walk: ReferenceWalk, _ report: inout CheckReport) throws(DiskImageError) -> Bool {
        var (missing, leaks) = (ProblemList(), ProblemList())
        var (end, areSimple): (UInt64, Bool) = (0, true)
        try walk.counts.visit { cluster, references throws(DiskImageError) in
            end = max(end, cluster.number + 1)
            let stored = (try? refcounts.count(cluster)) ?? 0
            guard stored < references else { return }
            missing.add("ERROR cluster \(cluster.number) refcount=\(stored) reference=\(references)")
        }
        end = max(
            end,
            try visitLeaks(walk) { block, slot, cluster, references in
                areSimple = areSimple && references == 0
                leaks.add("Leaked cluster \(cluster.number) refcount=\(block[slot]) reference=\(references)")
            })
        report.problems += leaks.text + missing.text
        report.corruptions += missing.count
        report.leaks = leaks.count
        report.endOffset = end * clusterSize
        return areSimple
    }

    /// Calls `body` for each cluster whose count is higher than its references, and returns how many clusters lie
    /// before the end of the last that is counted. A block that several entries name is looked at once.
    @discardableResult
    private func visitLeaks(
        _ walk: ReferenceWalk, _ body: (RefcountBlock, Int, ClusterIndex, UInt64) -> Void
    ) throws(DiskImageError) -> UInt64 {
        var (end, seen): (UInt64, Set<UInt64>) = (0, [])
        for (index, entry) in refcounts.entries.enumerated() where entry != 0 && seen.insert(entry).inserted {
            guard let block = try? refcounts.block(index) else { continue }
            for slot in 0..<Int(geometry.countsInBlock) where block[slot] != 0 {
                let cluster = ClusterIndex(UInt64(index) * geometry.countsInBlock + UInt64(slot))
                end = max(end, cluster.number + 1)
                let references = walk.counts[cluster]
                if block[slot] > references { body(block, slot, cluster, references) }
            }
        }
        return end
    }

    /// Bit 63 of an entry of the active tables is set exactly when the reference count is 1.
    private func compareCopiedFlags(_ report: inout CheckReport) throws(DiskImageError) {
        var (seen, wrong): (Set<UInt64>, ProblemList) = ([], ProblemList())
        for index in l1.indices where l1[index] != 0 {
            // Entries that share a table are an error that has been found already; the table is looked at once.
            guard seen.insert(l1[index]).inserted, let table = try? table(index) else { continue }
            if try !hasRightFlag(l1[index], table.offset) {
                wrong.add("ERROR bit 63 of L1 entry \(index) does not agree with the table's reference count")
            }
            for slot in 0..<Int(geometry.entriesInTable) {
                let entry = table.entry(slot, geometry)
                guard entry.word != 0, !entry.isCompressed, let host = entry.host else { continue }
                guard (try? mappingRules.check(entry, at: 0)) != nil, try !hasRightFlag(entry.word, host) else {
                    continue
                }
                wrong.add(
                    "ERROR bit 63 of the L2 entry at \(table.position(slot, geometry)) does not agree with the reference count of cluster \(geometry.cluster(host).number)"
                )
            }
        }
        report.problems += wrong.text
        report.corruptions += wrong.count
    }

    private func hasRightFlag(_ word: UInt64, _ host: HostOffset) throws(DiskImageError) -> Bool {
        (word & L2Entry.copied != 0) == (((try? refcounts.count(geometry.cluster(host))) ?? 0) == 1)
    }
}
