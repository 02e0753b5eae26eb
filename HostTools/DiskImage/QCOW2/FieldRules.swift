// SPDX-License-Identifier: MIT

/// The place in which rules are checked: an image file, and a position in it.
struct FieldRules {
    let file: String

    /// Throws when a rule is broken, naming the field, the position in the file at which it lies, and the rule.
    func require(
        _ condition: Bool, _ field: @autoclosure () -> String, at offset: UInt64, _ rule: @autoclosure () -> String
    ) throws(DiskImageError) {
        guard condition else { throw broken(field(), at: offset, rule()) }
    }

    /// The error for a broken rule.
    func broken(_ field: String, at offset: UInt64, _ rule: String) -> DiskImageError {
        .malformed(file: file, offset: offset, field: field, rule: rule)
    }

    /// Throws unless a table lies, aligned, within what a table entry can address, and begins within the file.
    func requireTable(
        _ field: String, at position: UInt64, offset: HostOffset, bytes: UInt64, fileSize: UInt64,
        geometry: ClusterGeometry
    ) throws(DiskImageError) {
        try require(
            geometry.isAligned(offset), field, at: position,
            "offset \(offset.bytes) must be a multiple of the cluster size \(geometry.clusterSize)")
        let (end, overflow) = offset.bytes.addingReportingOverflow(bytes)
        try require(
            !overflow && end <= fileSize, field, at: position,
            "the table at \(offset.bytes) with \(bytes) bytes must lie within the file's \(fileSize) bytes")
        try require(
            offset.bytes >= geometry.clusterSize, field, at: position, "the table must not overlap the header's cluster"
        )
    }
}
