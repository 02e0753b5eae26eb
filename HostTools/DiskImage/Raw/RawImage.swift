// SPDX-License-Identifier: MIT

/// A disk stored as it is. Holes of the file are what was never written.
public final class RawImage: DiskImage {
    public let file: HostFile
    public var format: DiskFormat { .raw }
    public let clusterSize: UInt64 = 1
    /// Raw images have none.
    public var backing: (any DiskImage)?
    /// The file's size, and zeros to the end of its last sector.
    public private(set) var virtualSize: UInt64
    private var fileSize: UInt64

    init(_ file: HostFile) throws(DiskImageError) {
        self.file = file
        fileSize = try file.size()
        virtualSize = fileSize.roundedUp(to: 512)
    }

    /// Makes an empty file into a disk of `size` bytes, rounded up to whole sectors.
    static func create(
        in file: HostFile, size: UInt64, options: CreationOptions
    ) throws(DiskImageError) -> RawImage {
        guard options.backing == nil else { throw .usage("a raw image cannot have a backing file; use -f qcow2") }
        guard size <= QCOW2Limits.virtualSize else { throw .usage("size \(size): no file can be that large") }
        let image = try RawImage(file)
        try image.resize(to: size, shrinks: false, preallocation: options.preallocation)
        return image
    }

    public func ownSegment(at offset: GuestOffset, limit: UInt64) throws(DiskImageError) -> Segment {
        let place = HostOffset(offset.bytes)
        guard offset.bytes < fileSize else { return Segment(.zeros(place), count: limit) }
        let (isData, count) = file.extent(at: place, limit: limit)
        return Segment(isData ? .data(file, place) : .zeros(place), count: count)
    }

    public func write(_ bytes: ArraySlice<UInt8>, at offset: GuestOffset) throws(DiskImageError) {
        try requireWithin(offset, UInt64(bytes.count))
        guard file.canWrite else { throw .refused(file: path, reason: "the image is open for reading only") }
        try file.write(bytes, at: HostOffset(offset.bytes))
        fileSize = max(fileSize, offset.bytes + UInt64(bytes.count))
    }

    public func writeZeros(at offset: GuestOffset, count: UInt64) throws(DiskImageError) {
        try requireWithin(offset, count)
        let within = min(count, fileSize - min(fileSize, offset.bytes))
        if within > 0 { try file.writeZeros(at: HostOffset(offset.bytes), count: within) }
    }

    public func discard(at offset: GuestOffset, count: UInt64) throws(DiskImageError) {
        try requireWithin(offset, count)
        if count > 0, !file.punchHole(at: HostOffset(offset.bytes), count: count) {
            try writeZeros(at: offset, count: count)
        }
    }

    public func flush() throws(DiskImageError) {}

    public func resize(to size: UInt64, shrinks: Bool, preallocation: Preallocation) throws(DiskImageError) {
        let size = size.roundedUp(to: 512)
        try requireGrowth(to: size, shrinks: shrinks)
        guard preallocation != .metadata else {
            throw .usage("preallocation=metadata: a raw image has no metadata; use falloc or full")
        }
        let old = fileSize
        try file.truncate(to: size)
        (fileSize, virtualSize) = (size, size)
        guard size > old else { return }
        switch preallocation {
        case .off, .metadata: break
        case .falloc: try file.allocate(at: HostOffset(old), count: size - old)
        case .full: try writeZeroBytes(from: old, to: size)
        }
    }

    private func writeZeroBytes(from start: UInt64, to end: UInt64) throws(DiskImageError) {
        let zeros = [UInt8](repeating: 0, count: 1 << 20)
        var offset = start
        while offset < end {
            let count = min(UInt64(zeros.count), end - offset)
            try file.write(zeros[..<Int(count)], at: HostOffset(offset))
            offset += count
        }
    }
}

extension DiskImage {
    /// Refuses to make a disk smaller unless that is asked for.
    func requireGrowth(to size: UInt64, shrinks: Bool) throws(DiskImageError) {
        guard file.canWrite else { throw .refused(file: path, reason: "the image is open for reading only") }
        guard size >= virtualSize || shrinks else {
            throw .refused(
                file: path,
                reason:
                    "\(size) bytes are less than the disk's \(virtualSize): what lies behind would be lost; use --shrink"
            )
        }
    }
}
