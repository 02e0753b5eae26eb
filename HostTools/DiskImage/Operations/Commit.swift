// SPDX-License-Identifier: MIT

/// Writes what an overlay holds into an image that it lies on.
public struct Commit: Sendable {
    public var control = OperationControl()

    public init() {}

    /// Writes into `base` what the images above it hold, `top` being the uppermost. `base` is open for writing.
    ///
    /// - Parameters:
    ///   - depth: how many backing files below `top` the base lies; 1 is its own backing file.
    ///   - empties: whether the overlay holds nothing afterwards. It is emptied once the base has everything.
    public func run(
        _ top: QCOW2Image, into base: any DiskImage, depth: Int, empties: Bool
    ) throws(DiskImageError) {
        try (base as? QCOW2Image)?.requireNoBitmaps(for: "a commit")
        if top.virtualSize > base.virtualSize {
            try base.resize(to: top.virtualSize, shrinks: false, preallocation: .off)
        }
        control.begin(total: top.virtualSize)
        var buffer = [UInt8](repeating: 0, count: 2 << 20)
        var offset = GuestOffset.zero
        while offset.bytes < top.virtualSize {
            try control.check()
            let segment = try upperSegment(of: top, at: offset, depth: depth)
            try copy(segment, at: offset, to: base, through: &buffer)
            control.advance(by: segment.count)
            offset += segment.count
        }
        try finish(base)
        if empties { try top.removeContents() }
    }

    /// What the images above the base say.
    private func upperSegment(
        of top: any DiskImage, at offset: GuestOffset, depth: Int
    ) throws(DiskImageError) -> Segment {
        var image = top
        var limit = top.virtualSize - offset.bytes
        for _ in 0..<depth {
            guard offset.bytes < image.virtualSize else { return Segment(.zeros(nil), count: limit) }
            limit = min(limit, image.virtualSize - offset.bytes)
            let own = try image.ownSegment(at: offset, limit: limit)
            guard case .absent = own.source, let next = image.backing else { return own }
            limit = own.count
            image = next
        }
        return Segment(.absent, count: limit)
    }

    private func copy(
        _ segment: Segment, at offset: GuestOffset, to base: any DiskImage, through buffer: inout [UInt8]
    ) throws(DiskImageError) {
        switch segment.source {
        case .absent: return
        case .zeros: return try base.writeZeros(at: offset, count: segment.count)
        case .data, .compressed: break
        }
        var done: UInt64 = 0
        while done < segment.count {
            try control.check()
            let piece = segment.part(from: done, limit: UInt64(buffer.count))
            try piece.read(into: &buffer, at: 0)
            try base.write(buffer[..<Int(piece.count)], at: offset + done)
            done += piece.count
        }
    }

    private func finish(_ image: any DiskImage) throws(DiskImageError) {
        if let image = image as? QCOW2Image { try image.close() } else { try image.flush() }
        try image.file.synchronize()
    }
}

extension Segment {
    /// The stretch without its first `start` bytes, at most `limit` bytes long.
    func part(from start: UInt64, limit: UInt64) -> Segment {
        var part = self
        part.count = min(count - start, limit)
        switch source {
        case .absent, .zeros(nil): break
        case .zeros(let host?): part.source = .zeros(host + start)
        case .data(let file, let host): part.source = .data(file, host + start)
        case .compressed(let cluster, let skipping): part.source = .compressed(cluster, skipping: skipping + Int(start))
        }
        return part
    }
}

extension QCOW2Image {
    /// Makes the image say nothing any more, so that its backing file shows everywhere. Snapshots stay.
    public func removeContents() throws(DiskImageError) {
        try requireNoBitmaps(for: "being emptied")
        try flush()
        try replaceTables { plan throws(DiskImageError) in
            plan.l1 = [UInt64](repeating: 0, count: plan.l1.count)
        }
    }
}
