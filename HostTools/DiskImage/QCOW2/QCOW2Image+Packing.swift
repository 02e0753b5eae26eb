// SPDX-License-Identifier: MIT

extension QCOW2Image {
    /// Finds room for the packed form of a cluster, right behind the one before it.
    ///
    /// Several packed clusters share a host cluster, whose reference count says how many.
    func placePacked(_ byteCount: UInt64, at guest: GuestOffset) throws(DiskImageError) -> HostOffset {
        // The table finds its place now, not when the entry is made: that may come in another order.
        _ = try writableTable(geometry.l1Index(guest))
        let start = packedRoom.lowerBound
        let left = packedRoom.upperBound - start
        let current = geometry.cluster(start)
        let users = try refcounts.count(current)
        let canShare = left > 0 && users < geometry.maximumRefcount
        if canShare && left >= byteCount {
            try refcounts.set(current, to: users + 1)
            packedRoom = start + byteCount..<packedRoom.upperBound
            return start
        }
        let fresh = try allocate(upTo: 1).first
        let freshStart = geometry.offset(fresh)
        // The new cluster may lie right behind: then the packed bytes may reach into it.
        if canShare && freshStart == packedRoom.upperBound {
            try refcounts.set(current, to: users + 1)
            packedRoom = start + byteCount..<freshStart + clusterSize
            return try checkedForPacking(start)
        }
        packedRoom = freshStart + byteCount..<freshStart + clusterSize
        return try checkedForPacking(freshStart)
    }

    private func checkedForPacking(_ offset: HostOffset) throws(DiskImageError) -> HostOffset {
        guard offset.bytes >> L2Entry.compressedOffsetBits(geometry) == 0 else {
            throw .refused(
                file: path, reason: "compressed clusters of this size cannot lie so far in the file; use smaller ones")
        }
        return offset
    }

    /// Makes the entry of a cluster point to its packed form, which has been written.
    func linkPacked(at offset: GuestOffset, _ host: HostOffset, byteCount: UInt64) throws(DiskImageError) {
        try setEntry(at: offset, to: .compressed(host, byteCount: byteCount, geometry))
    }

    /// Writes a whole cluster in packed form; false when packing does not make it smaller.
    public func writePacked(
        _ bytes: [UInt8], at offset: GuestOffset
    ) throws(DiskImageError) -> Bool {
        try requireWithin(offset, min(UInt64(bytes.count), virtualSize &- offset.bytes))
        try prepareForWriting()
        guard let packed = try header.codec.packer(clusterSize: Int(clusterSize)).pack(bytes, bytes.indices) else {
            return false
        }
        let host = try placePacked(UInt64(packed.count), at: offset)
        try file.write(packed, at: host)
        try linkPacked(at: offset, host, byteCount: UInt64(packed.count))
        return true
    }
}
