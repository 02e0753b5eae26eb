// SPDX-License-Identifier: MIT

extension QCOW2Image {
    public func writeZeros(at offset: GuestOffset, count: UInt64) throws(DiskImageError) {
        try requireWithin(offset, count)
        try prepareForWriting()
        let end = offset + count
        let unit = geometry.subclusterSize
        let first = GuestOffset(min(offset.bytes.roundedUp(to: unit), end.bytes))
        // What lies past the end of the disk belongs to nobody: the last cluster counts as whole.
        let last = end.bytes == virtualSize ? end : GuestOffset(max(end.bytes.roundedDown(to: unit), first.bytes))
        try writeZeroBytes(offset..<first)
        try zeroClusters(first..<last)
        try writeZeroBytes(last..<end)
    }

    public func discard(at offset: GuestOffset, count: UInt64) throws(DiskImageError) {
        try requireWithin(offset, count)
        try prepareForWriting()
        let end = offset + count
        let first = GuestOffset(offset.bytes.roundedUp(to: clusterSize))
        let last = end.bytes == virtualSize ? end : GuestOffset(end.bytes.roundedDown(to: clusterSize))
        if first < last { try zeroClusters(first..<last) }
    }

    /// Writes zeros over a range smaller than the unit, unless it reads as zeros already.
    private func writeZeroBytes(_ range: Range<GuestOffset>) throws(DiskImageError) {
        var offset = range.lowerBound
        while offset < range.upperBound {
            let segment = try segment(at: offset, limit: min(range.upperBound - offset, 4 << 20))
            if !segment.readsAsZeros { try write([UInt8](repeating: 0, count: Int(segment.count))[...], at: offset) }
            offset += segment.count
        }
    }

    /// Makes whole clusters, or subclusters, read as zeros. The range begins at one, and ends at one or with the disk.
    private func zeroClusters(_ range: Range<GuestOffset>) throws(DiskImageError) {
        var offset = range.lowerBound
        while offset < range.upperBound {
            let own = try ownSegment(at: offset, limit: range.upperBound - offset)
            let isCovered = offset.bytes < backing?.virtualSize ?? 0
            switch own.source {
            case .absent where !isCovered, .zeros(nil):
                offset += own.count
            default:
                let room = clusterSize - geometry.withinCluster(offset.bytes)
                let count = min(room, range.upperBound - offset)
                try zeroCluster(at: offset, count: count, isCovered: isCovered)
                offset += count
            }
        }
    }

    private func zeroCluster(at offset: GuestOffset, count: UInt64, isCovered: Bool) throws(DiskImageError) {
        let isWhole =
            geometry.withinCluster(offset.bytes) == 0 && (count == clusterSize || offset.bytes + count == virtualSize)
        guard isWhole else { return try zeroSubclusters(at: offset, count: count) }
        if !isCovered {
            try setEntry(at: offset, to: .absent)
        } else if header.version >= 3 {
            try setEntry(at: offset, to: .zeros(geometry))
        } else {
            // Version 2 has no way to say that a cluster is zeros while the backing file has data.
            try writeZeroBytes(offset..<offset + count)
        }
    }
}
