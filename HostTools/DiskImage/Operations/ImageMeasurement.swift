// SPDX-License-Identifier: MIT

/// How much room a new image would take, before it is made. The figures are those of `qemu-img measure`.
public struct ImageMeasurement: Equatable, Sendable {
    /// Bytes of a new image that holds what the source holds, at most.
    public var required: UInt64
    /// Bytes of the image once all of its disk has been written to.
    public var fullyAllocated: UInt64
    /// Bytes that the source's persistent bitmaps would take besides; nil when the question does not arise.
    public var bitmaps: UInt64?

    /// Measures an empty disk of `size` bytes.
    public init(size: UInt64, format: DiskFormat, options: CreationOptions) throws(DiskImageError) {
        guard format == .qcow2 else {
            guard size <= QCOW2Limits.virtualSize else { throw .usage("size \(size): no file can be that large") }
            let size = size.roundedUp(to: 512)
            self.init(required: size, fullyAllocated: size)
            return
        }
        try options.check(size: size)
        let geometry = options.geometry
        let disk = size.roundedUp(to: geometry.clusterSize)
        let full = disk + geometry.tables(for: disk).all * geometry.clusterSize
        let isFilled = options.preallocation == .full || options.preallocation == .falloc
        self.init(required: isFilled ? full : full - disk, fullyAllocated: full)
    }

    /// Measures a copy of a disk.
    ///
    /// With a backing file for the copy, everything counts as needed: what both have in common is not known.
    public init(
        of source: any DiskImage, format: DiskFormat, options: CreationOptions,
        control: OperationControl = OperationControl()
    ) throws(DiskImageError) {
        try self.init(size: source.virtualSize, format: format, options: options)
        guard format == .qcow2 else { return }
        let disk = source.virtualSize.roundedUp(to: options.clusterSize)
        let tables = fullyAllocated - disk
        if options.backing != nil {
            required = fullyAllocated
        } else if required == tables {
            required += try Self.dataBytes(of: source, clusterSize: options.clusterSize, control)
        }
        if options.version >= 3, let source = source as? QCOW2Image, source.header.version >= 3 {
            bitmaps = Self.bytes(of: try source.bitmaps(), on: source.virtualSize, clusterSize: options.clusterSize)
        }
    }

    private init(required: UInt64, fullyAllocated: UInt64) {
        (self.required, self.fullyAllocated) = (required, fullyAllocated)
    }

    /// Bytes of those clusters of the copy that are not known to be zero.
    private static func dataBytes(
        of source: any DiskImage, clusterSize: UInt64, _ control: OperationControl
    ) throws(DiskImageError) -> UInt64 {
        control.begin(total: source.virtualSize)
        var (offset, bytes): (UInt64, UInt64) = (0, 0)
        while offset < source.virtualSize {
            try control.check()
            let segment = try source.segment(at: GuestOffset(offset), limit: source.virtualSize - offset)
            var end = offset + segment.count
            if !segment.readsAsZeros {
                end = end.roundedUp(to: clusterSize)
                bytes += end - offset.roundedDown(to: clusterSize)
            }
            control.advance(by: end - offset)
            offset = end
        }
        return bytes
    }

    /// Bytes of bitmaps that are full, their tables, and their directory.
    private static func bytes(of bitmaps: [PersistentBitmap], on disk: UInt64, clusterSize: UInt64) -> UInt64 {
        var (contents, directory): (UInt64, UInt64) = (0, 0)
        for bitmap in bitmaps {
            let clusters = disk.pieces(of: bitmap.granularity).pieces(of: 8).pieces(of: clusterSize)
            contents += clusters * clusterSize + (clusters * 8).roundedUp(to: clusterSize)
            directory += (24 + UInt64(bitmap.name.utf8.count)).roundedUp(to: 8)
        }
        return contents + directory.roundedUp(to: clusterSize)
    }
}

extension ClusterGeometry {
    /// Clusters that header and tables of an image take when all of its disk, of `size` bytes, is in use.
    func tables(for size: UInt64) -> (all: UInt64, refcountTable: UInt64) {
        let data = clusters(size)
        let l2 = data.pieces(of: entriesInTable)
        let others = 1 + l2 + clusters(l2 * 8)
        var (table, blocks): (UInt64, UInt64) = (0, 0)
        // The reference counts count for themselves as well.
        while true {
            let neededBlocks = (data + others + table + blocks).pieces(of: countsInBlock)
            let neededTable = clusters(neededBlocks * 8)
            guard neededBlocks != blocks || neededTable != table else { return (others + table + blocks, table) }
            (table, blocks) = (neededTable, neededBlocks)
        }
    }
}
