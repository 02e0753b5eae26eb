// SPDX-License-Identifier: MIT

extension QCOW2Image {
    public func ownSegment(at offset: GuestOffset, limit: UInt64) throws(DiskImageError) -> Segment {
        let first = geometry.l1Index(offset)
        guard let table = try table(first) else { return absentSegment(at: offset, limit: limit) }
        let unit = geometry.subclusterSize
        let skipped = offset.bytes & (unit - 1)
        let mapping = try mapping(table, at: offset)
        if case .compressed(let host, let byteCount) = mapping {
            return compressedSegment(host, byteCount, at: offset, limit: limit)
        }
        var (isHole, limit) = (false, limit)
        if case .data(let host) = mapping { (isHole, limit) = try hole(at: host + skipped, limit: limit) }
        var count = unit - skipped
        let tableEnd = UInt64(first + 1) * geometry.bytesInTable
        while count < limit, offset.bytes + count < tableEnd {
            let next = try self.mapping(table, at: offset + count)
            guard next == mapping.advanced(by: skipped + count) else { break }
            count += unit
        }
        var segment = Segment(mapping.source(in: file, skipping: skipped), count: min(count, limit))
        segment.isHole = isHole
        return segment
    }

    /// What the table says about the cluster or subcluster that holds `offset`.
    private func mapping(_ table: L2Table, at offset: GuestOffset) throws(DiskImageError) -> Mapping {
        let entry = try entry(table, geometry.l2Index(offset))
        let index = Int(geometry.withinCluster(offset.bytes) / geometry.subclusterSize)
        return entry.mapping(index, geometry)
    }

    /// The stretch from `offset` on for which no L2 tables exist.
    private func absentSegment(at offset: GuestOffset, limit: UInt64) -> Segment {
        var index = geometry.l1Index(offset) + 1
        let (end, overflow) = offset.bytes.addingReportingOverflow(limit)
        let last = overflow ? UInt64.max : end
        while index < l1.count, l1[index] == 0, UInt64(index) * geometry.bytesInTable < last { index += 1 }
        return Segment(.absent, count: min(limit, UInt64(index) * geometry.bytesInTable - offset.bytes))
    }

    private func compressedSegment(
        _ host: HostOffset, _ byteCount: UInt64, at offset: GuestOffset, limit: UInt64
    ) -> Segment {
        let skipping = geometry.withinCluster(offset.bytes)
        let cluster = CompressedCluster(
            file: file, offset: host, packedCount: Int(byteCount), clusterSize: Int(clusterSize), codec: header.codec)
        return Segment(.compressed(cluster, skipping: Int(skipping)), count: min(limit, clusterSize - skipping))
    }
}

extension Mapping {
    /// The mapping of what lies `count` bytes further on, if it goes on like this.
    fileprivate func advanced(by count: UInt64) -> Mapping {
        switch self {
        case .absent, .zeros(nil), .compressed: self
        case .zeros(let host?): .zeros(host + count)
        case .data(let host): .data(host + count)
        }
    }

    fileprivate func source(in file: HostFile, skipping count: UInt64) -> Segment.Source {
        switch self {
        case .absent, .compressed: .absent
        case .zeros(let host): .zeros(host.map { $0 + count })
        case .data(let host): .data(file, host + count)
        }
    }
}
