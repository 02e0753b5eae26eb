// SPDX-License-Identifier: MIT

/// A stretch of a disk for a listing: neighbours that are alike and lie behind one another are one.
public struct MapEntry: Equatable, Sendable {
    public var start: UInt64
    public var length: UInt64
    /// How many backing files lie above the image that answers.
    public var depth: Int
    /// Whether an image of the chain has something to say about the stretch.
    public var isPresent: Bool
    /// Whether it is known to read as zeros.
    public var isZero: Bool
    /// Whether bytes are stored for it.
    public var isData: Bool
    /// Whether the bytes are packed.
    public var isCompressed: Bool
    /// Where it lies in the file; nil where nothing is set aside, or the bytes are packed.
    public var offset: UInt64?
    /// The file that answers.
    public var path: String
}

/// Lists what an image and its backing files hold.
public enum ImageMap {
    /// Calls `body` for each stretch of a range of the disk, in order.
    public static func list(
        _ image: any DiskImage, from start: UInt64, count: UInt64?, control: OperationControl = OperationControl(),
        _ body: (MapEntry) throws(DiskImageError) -> Void
    ) throws(DiskImageError) {
        let start = min(start, image.virtualSize)
        let end = min(image.virtualSize, start + min(count ?? .max, image.virtualSize - start))
        var pending: MapEntry?
        var offset = start
        while offset < end {
            try control.check()
            let segment = try image.segment(at: GuestOffset(offset), limit: end - offset)
            var next = entry(segment, at: offset, in: image)
            if case .absent = segment.source, image.backing == nil, let image = image as? QCOW2Image {
                let room = try image.reservedRoom(at: GuestOffset(offset), limit: segment.count)
                (next.offset, next.length) = (room.place?.bytes, room.count)
            }
            if let joined = pending?.joined(with: next) {
                pending = joined
            } else {
                if let done = pending { try body(done) }
                pending = next
            }
            offset += next.length
        }
        if let pending { try body(pending) }
    }

    private static func entry(_ segment: Segment, at start: UInt64, in image: any DiskImage) -> MapEntry {
        var owner = image
        for _ in 0..<segment.depth { owner = owner.backing ?? owner }
        var entry = MapEntry(
            start: start, length: segment.count, depth: segment.depth, isPresent: true, isZero: false, isData: true,
            isCompressed: false, offset: nil, path: owner.path)
        switch segment.source {
        case .absent: (entry.isPresent, entry.isZero, entry.isData) = (false, true, false)
        case .zeros(let host): (entry.isZero, entry.isData, entry.offset) = (true, false, host?.bytes)
        case .data(_, let host): (entry.isZero, entry.offset) = (segment.isHole, host.bytes)
        case .compressed: entry.isCompressed = true
        }
        return entry
    }
}

extension MapEntry {
    /// Both stretches as one; nil when they differ in more than their place.
    fileprivate func joined(with next: MapEntry) -> MapEntry? {
        let expected = offset.map { $0 + length }
        guard depth == next.depth, isPresent == next.isPresent, isZero == next.isZero, isData == next.isData,
            isCompressed == next.isCompressed, next.offset == expected
        else { return nil }
        var result = self
        result.length += next.length
        return result
    }
}
