// SPDX-License-Identifier: MIT

/// Puts an overlay onto another backing file.
public struct Rebase: Sendable {
    public var control = OperationControl()

    public init() {}

    /// Changes the name of the backing file and nothing else: right only when both have the same contents.
    public func rename(_ image: QCOW2Image, to backing: BackingReference?) throws(DiskImageError) {
        try image.setBacking(backing)
    }

    /// Copies into the image what the two backing files have different, then changes the name.
    ///
    /// `image` is open for writing with its old backing file, if it has one; `new` is the opened new one.
    public func run(
        _ image: QCOW2Image, onto new: (any DiskImage)?, named backing: BackingReference?
    ) throws(DiskImageError) {
        control.begin(total: image.virtualSize)
        image.keepsContents = true
        let unit = max(image.clusterSize, 1 << 20)
        var (mine, theirs) = ([UInt8](repeating: 0, count: Int(unit)), [UInt8](repeating: 0, count: Int(unit)))
        var offset = GuestOffset.zero
        while offset.bytes < image.virtualSize {
            try control.check()
            let own = try image.ownSegment(at: offset, limit: image.virtualSize - offset.bytes)
            if case .absent = own.source {
                try keep(offset..<offset + own.count, of: image, unlike: new, &mine, &theirs)
            }
            control.advance(by: own.count)
            offset += own.count
        }
        try image.close()
        try image.setBacking(backing)
    }

    /// Copies what the range shows through the old backing file wherever the new one would show something else.
    private func keep(
        _ range: Range<GuestOffset>, of image: QCOW2Image, unlike new: (any DiskImage)?, _ mine: inout [UInt8],
        _ theirs: inout [UInt8]
    ) throws(DiskImageError) {
        var offset = range.lowerBound
        while offset < range.upperBound {
            try control.check()
            let old = try zerosOrData(image, at: offset, limit: range.upperBound - offset)
            let next = try zerosOrData(new, at: offset, limit: old.count)
            let chunkEnd = GuestOffset(
                (offset.bytes + UInt64(mine.count)).roundedDown(to: image.geometry.subclusterSize))
            let isSkipped = old.isZero && next.isZero
            let end = isSkipped ? offset + next.count : min(offset + next.count, max(chunkEnd, offset + 1))
            if !isSkipped { try compare(offset..<end, image, new, &mine, &theirs) }
            offset = end
        }
    }

    /// Writes those clusters of the range whose contents differ.
    private func compare(
        _ range: Range<GuestOffset>, _ image: QCOW2Image, _ new: (any DiskImage)?, _ mine: inout [UInt8],
        _ theirs: inout [UInt8]
    ) throws(DiskImageError) {
        let count = Int(range.upperBound - range.lowerBound)
        try image.read(into: &mine, 0..<count, at: range.lowerBound)
        theirs.fill(0..<count, with: 0)
        let covered =
            min(range.upperBound.bytes, max(range.lowerBound.bytes, new?.virtualSize ?? 0)) - range.lowerBound.bytes
        if covered > 0 { try new?.read(into: &theirs, 0..<Int(covered), at: range.lowerBound) }
        let unit = Int(image.geometry.subclusterSize)
        var start = 0
        while start < count {
            let end = min(
                count, (Int(range.lowerBound.bytes) + start) / unit * unit + unit - Int(range.lowerBound.bytes))
            if mine.firstDifference(from: theirs, in: start..<end) != nil {
                try image.write(mine[start..<end], at: range.lowerBound + UInt64(start))
            }
            start = end
        }
    }

    private func zerosOrData(
        _ image: (any DiskImage)?, at offset: GuestOffset, limit: UInt64
    ) throws(DiskImageError) -> (isZero: Bool, count: UInt64) {
        guard let image, offset.bytes < image.virtualSize else { return (true, limit) }
        let segment = try image.segment(at: offset, limit: min(limit, image.virtualSize - offset.bytes))
        return (segment.readsAsZeros, segment.count)
    }
}

extension QCOW2Image {
    /// Writes another backing file into the header.
    func setBacking(_ backing: BackingReference?) throws(DiskImageError) {
        guard (backing?.name.utf8.count ?? 0) <= Int(QCOW2Limits.backingNameBytes) else {
            throw .usage("the backing file's name must not be longer than 1023 bytes")
        }
        guard file.canWrite else { throw .refused(file: path, reason: "the image is open for reading only") }
        header.backingName = backing?.name
        header.backingFormat = backing?.format.rawValue
        try writeHeader()
        try barrier()
    }
}
