// SPDX-License-Identifier: MIT

extension QCOW2Header {
    /// Refuses what is not known, and what is left out on purpose.
    func checkFeatures(_ rules: FieldRules, encryption: UInt32) throws(DiskImageError) {
        guard encryption == 0 else {
            let method = encryption == 1 ? "AES" : encryption == 2 ? "LUKS" : "method \(encryption)"
            throw .unsupported(
                file: rules.file,
                feature: "the image is encrypted (\(method)); encrypted images are not supported, decrypt it first")
        }
        guard !incompatible.contains(.externalData) else {
            throw .unsupported(
                file: rules.file,
                feature:
                    "the guest's data lies in an external data file; such images are not supported, since they name "
                    + "a file of the host to be opened")
        }
        let unknown = incompatible.subtracting(.known).rawValue
        guard unknown == 0 else {
            let table = self[.featureNames] ?? []
            let names = (0..<64).filter { unknown & 1 << $0 != 0 }.map { bit in
                FeatureNameTable.name(of: bit, in: table).map { "bit \(bit) (\($0))" } ?? "bit \(bit)"
            }
            throw rules.broken(
                "incompatible_features", at: 72, "unknown features are set: \(names.joined(separator: ", "))")
        }
        try rules.require(
            !incompatible.contains(.extendedL2) || QCOW2Limits.extendedClusterBits ~= clusterBits, "cluster_bits",
            at: 20,
            "\(clusterBits) must be 14 to 21 with extended L2 entries")
    }

    /// Checks sizes and places of all tables that the header names.
    func checkTables(_ rules: FieldRules, fileSize: UInt64) throws(DiskImageError) {
        let geometry = geometry
        try rules.require(
            virtualSize <= QCOW2Limits.virtualSize, "size", at: 24, "\(virtualSize) must be below 2^63")
        let (l1Bytes, refcountBytes) = (UInt64(l1Count) * 8, UInt64(refcountTableClusters) << UInt64(clusterBits))
        try rules.require(
            l1Bytes <= QCOW2Limits.l1Bytes, "l1_size", at: 36, "\(l1Count) entries must not exceed 32 MiB")
        try rules.require(
            UInt64(l1Count) >= geometry.l1Count(for: virtualSize), "l1_size", at: 36,
            "\(l1Count) entries must map all of the disk's \(virtualSize) bytes")
        if l1Count > 0 {
            try rules.requireTable(
                "l1_table_offset", at: 40, offset: l1Offset, bytes: l1Bytes, fileSize: fileSize, geometry: geometry)
        }
        try rules.require(
            refcountTableClusters > 0 && refcountBytes <= QCOW2Limits.refcountTableBytes, "refcount_table_clusters",
            at: 56,
            "\(refcountTableClusters) clusters must be at least one and must not exceed 8 MiB")
        try rules.requireTable(
            "refcount_table_offset", at: 48, offset: refcountTableOffset, bytes: geometry.clusterSize,
            fileSize: fileSize,
            geometry: geometry)
        try rules.require(
            refcountTableOffset.bytes < QCOW2Limits.hostBytes, "refcount_table_offset", at: 48, "must be below 2^56")
        try rules.require(
            snapshotCount <= QCOW2Limits.snapshots, "nb_snapshots", at: 60, "\(snapshotCount) must not exceed 65536")
        if snapshotCount > 0 {
            try rules.requireTable(
                "snapshots_offset", at: 64, offset: snapshotsOffset, bytes: UInt64(snapshotCount) * 40,
                fileSize: fileSize,
                geometry: geometry)
        }
        try checkOverlaps(rules, [(l1Offset, l1Bytes, "l1_table_offset", 40)])
    }

    /// The L1 table and the refcount table must not share bytes.
    private func checkOverlaps(
        _ rules: FieldRules, _ tables: [(offset: HostOffset, bytes: UInt64, field: String, position: UInt64)]
    ) throws(DiskImageError) {
        let refcounts = refcountTableOffset..<refcountTableOffset + UInt64(refcountTableClusters) << UInt64(clusterBits)
        for table in tables where table.bytes > 0 {
            try rules.require(
                !refcounts.overlaps(table.offset..<table.offset + table.bytes), table.field, at: table.position,
                "the table must not overlap the refcount table")
        }
    }
}
