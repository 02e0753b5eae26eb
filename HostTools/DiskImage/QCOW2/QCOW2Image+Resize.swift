// SPDX-License-Identifier: MIT

extension QCOW2Image {
    public func resize(to size: UInt64, shrinks: Bool, preallocation: Preallocation) throws(DiskImageError) {
        let size = size.roundedUp(to: 512)
        try requireGrowth(to: size, shrinks: shrinks)
        guard size != virtualSize else { return }
        try requireNoBitmaps(for: "a change of its size")
        guard header.version >= 3 || header.snapshotCount == 0 else {
            throw .refused(
                file: path, reason: "snapshots of version 2 do not record the size of the disk, so it cannot change")
        }
        guard size <= QCOW2Limits.virtualSize, geometry.l1Count(for: size) * 8 <= QCOW2Limits.l1Bytes else {
            throw .usage("size \(size): too large for clusters of \(clusterSize) bytes; convert to larger ones")
        }
        guard preallocation == .off || header.backingName == nil else {
            throw .usage("an image with a backing file cannot be preallocated: it would hide all of the backing file")
        }
        try prepareForWriting()
        if size < virtualSize { try shrink(to: size) } else { try grow(to: size, preallocation) }
    }

    private func grow(to size: UInt64, _ preallocation: Preallocation) throws(DiskImageError) {
        let old = virtualSize
        try flush()
        // What a shorter disk had left in its last cluster, or the backing file has there, must not come to light.
        try setSize(size, l1Count: max(UInt64(l1.count), geometry.l1Count(for: size)))
        let clusterEnd = min(old.roundedUp(to: clusterSize), size)
        let covered = min(size, max(clusterEnd, backing?.virtualSize ?? 0))
        if covered > old { try writeZeros(at: GuestOffset(old), count: covered - old) }
        try flush()
        try preallocate(GuestOffset(old)..<GuestOffset(size), preallocation)
    }

    private func shrink(to size: UInt64) throws(DiskImageError) {
        let old = virtualSize
        let kept = size.roundedUp(to: clusterSize)
        if kept < old { try forget(GuestOffset(kept)..<GuestOffset(old.roundedUp(to: clusterSize))) }
        try flush()
        try setSize(size, l1Count: UInt64(l1.count))
    }

    /// Takes the entries out of the tables for a range of whole clusters.
    private func forget(_ range: Range<GuestOffset>) throws(DiskImageError) {
        var offset = range.lowerBound
        while offset < range.upperBound {
            let tableEnd = (offset.bytes / geometry.bytesInTable + 1) * geometry.bytesInTable
            let end = GuestOffset(min(tableEnd, range.upperBound.bytes))
            if l1[geometry.l1Index(offset)] != 0 {
                while offset < end {
                    if try entry(at: offset) != .absent { try setEntry(at: offset, to: .absent) }
                    offset += clusterSize
                }
            }
            offset = end
        }
    }

    /// Writes the disk's size into the header, and an L1 table of another length if need be. One write makes both count.
    private func setSize(_ size: UInt64, l1Count: UInt64) throws(DiskImageError) {
        if l1Count > UInt64(l1.count) {
            let old = (header.l1Offset, geometry.clusters(UInt64(l1.count) * 8))
            let larger = l1 + [UInt64](repeating: 0, count: Int(l1Count) - l1.count)
            let place = geometry.offset(try allocate(exactly: geometry.clusters(l1Count * 8)))
            try file.write(TableBytes.bytes(larger[...]), at: place)
            try flush()
            (l1, header.l1Offset, header.l1Count) = (larger, place, UInt32(l1Count))
            noteFixedTables()
            if old.1 > 0 { free(old.0, clusters: old.1) }
        }
        header.virtualSize = size
        try writeHeader()
        try barrier()
        try flush()
    }
}
