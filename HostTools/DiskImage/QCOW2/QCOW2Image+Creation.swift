// SPDX-License-Identifier: MIT

extension QCOW2Image {
    /// Makes an empty file into an image of a disk of `size` bytes, rounded up to whole sectors.
    ///
    /// In the file lie, one behind the other: header, refcount table, refcount blocks, L1 table.
    static func create(
        in file: HostFile, size: UInt64, options: CreationOptions
    ) throws(DiskImageError) -> QCOW2Image {
        let size = size.roundedUp(to: 512)
        try options.check(size: size)
        let geometry = options.geometry
        // One that will do when the whole disk is written to, so that it need not move.
        let tableClusters = min(
            geometry.tables(for: size).refcountTable, geometry.clusters(QCOW2Limits.refcountTableBytes))
        let l1Clusters = geometry.clusters(geometry.l1Count(for: size) * 8)
        var blocks: UInt64 = 1
        while (1 + tableClusters + blocks + l1Clusters).pieces(of: geometry.countsInBlock) > blocks { blocks += 1 }
        let used = 1 + tableClusters + blocks + l1Clusters
        try writeRefcounts(in: file, geometry, used: used, firstBlock: 1 + tableClusters, blocks: blocks)
        var header = QCOW2Header(options)
        header.virtualSize = size
        header.refcountTableOffset = HostOffset(geometry.clusterSize)
        header.refcountTableClusters = UInt32(tableClusters)
        header.l1Count = UInt32(geometry.l1Count(for: size))
        header.l1Offset = geometry.offset(ClusterIndex(1 + tableClusters + blocks))
        try file.truncate(to: used * geometry.clusterSize)
        try file.write(try header.serialized(file: file.path), at: .zero)
        let image = try QCOW2Image(file, isNew: true)
        try image.preallocate(.zero..<GuestOffset(size), options.preallocation)
        return image
    }

    private static func writeRefcounts(
        in file: HostFile, _ geometry: ClusterGeometry, used: UInt64, firstBlock: UInt64, blocks: UInt64
    ) throws(DiskImageError) {
        let empty = [UInt8](repeating: 0, count: Int(geometry.clusterSize))
        var table: [UInt64] = []
        for index in 0..<blocks {
            let offset = geometry.offset(ClusterIndex(firstBlock + index))
            let block = RefcountBlock(offset: offset, bytes: empty, order: geometry.refcountOrder)
            let first = index * geometry.countsInBlock
            for cluster in 0..<min(geometry.countsInBlock, used - first) { block[Int(cluster)] = 1 }
            try file.write(block.bytes, at: offset)
            table.append(offset.bytes)
        }
        try file.write(TableBytes.bytes(table[...]), at: HostOffset(geometry.clusterSize))
    }

    /// Sets room aside for a range of the disk that has none.
    func preallocate(_ range: Range<GuestOffset>, _ preallocation: Preallocation) throws(DiskImageError) {
        guard preallocation != .off, !range.isEmpty else { return }
        var offset = GuestOffset(range.lowerBound.bytes.roundedDown(to: clusterSize))
        while offset < range.upperBound {
            let tableEnd = (offset.bytes / geometry.bytesInTable + 1) * geometry.bytesInTable
            let end = GuestOffset(min(tableEnd, range.upperBound.bytes.roundedUp(to: clusterSize)))
            let placements = try place(offset..<end)
            for placement in placements where placement.isFresh {
                switch preallocation {
                case .off, .metadata: break
                case .falloc: try file.allocate(at: placement.host, count: placement.count)
                case .full: try writeZeroBytes(at: placement.host, count: placement.count)
                }
            }
            try link(placements)
            offset = end
        }
        try flush()
    }

    private func writeZeroBytes(at offset: HostOffset, count: UInt64) throws(DiskImageError) {
        let zeros = [UInt8](repeating: 0, count: Int(min(count, 1 << 20)))
        var done: UInt64 = 0
        while done < count {
            let next = min(UInt64(zeros.count), count - done)
            try file.write(zeros[..<Int(next)], at: offset + done)
            done += next
        }
    }
}

extension QCOW2Header {
    /// A header with these options, without places and sizes of tables.
    fileprivate init(_ options: CreationOptions) {
        version = options.version
        clusterBits = UInt32(options.clusterSize.trailingZeroBitCount)
        refcountOrder = UInt32(options.refcountBits.trailingZeroBitCount)
        codec = options.codec
        if codec != .zlib { incompatible.insert(.compressionType) }
        if options.hasExtendedEntries { incompatible.insert(.extendedL2) }
        if options.hasLazyRefcounts { compatible.insert(.lazyRefcounts) }
        backingName = options.backing?.name
        backingFormat = options.backing?.format.rawValue
    }
}
