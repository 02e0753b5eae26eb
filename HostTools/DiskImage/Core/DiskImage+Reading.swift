// SPDX-License-Identifier: MIT

extension DiskImage {
    /// What the image and its backing files say about the disk from `offset` on: at least 1, at most `limit` bytes.
    ///
    /// ``Segment/Source/absent`` here means that nobody says anything: the stretch reads as zeros.
    public func segment(at offset: GuestOffset, limit: UInt64) throws(DiskImageError) -> Segment {
        let own = try ownSegment(at: offset, limit: limit)
        guard case .absent = own.source, let backing else { return own }
        // A backing file may be shorter than what lies on it.
        guard offset.bytes < backing.virtualSize else { return Segment(.absent, count: own.count) }
        var below = try backing.segment(at: offset, limit: min(own.count, backing.virtualSize - offset.bytes))
        below.depth += 1
        return below
    }

    /// All segments of a range that lies within the disk.
    func segments(at offset: GuestOffset, count: UInt64) throws(DiskImageError) -> [Segment] {
        var result: [Segment] = []
        var done: UInt64 = 0
        while done < count {
            let next = try segment(at: offset + done, limit: count - done)
            result.append(next)
            done += next.count
        }
        return result
    }

    /// Reads the bytes at `offset` into `range` of the buffer.
    public func read(
        into buffer: inout [UInt8], _ range: Range<Int>, at offset: GuestOffset
    ) throws(DiskImageError) {
        try requireWithin(offset, UInt64(range.count))
        var position = range.lowerBound
        for segment in try segments(at: offset, count: UInt64(range.count)) {
            try segment.read(into: &buffer, at: position)
            position += Int(segment.count)
        }
    }

    /// The `count` bytes at `offset`.
    public func read(at offset: GuestOffset, count: Int) throws(DiskImageError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        try read(into: &bytes, 0..<count, at: offset)
        return bytes
    }
}

extension Segment {
    /// Whether the stretch is known to read as zeros without looking at its bytes.
    public var readsAsZeros: Bool {
        switch source {
        case .absent, .zeros: true
        case .data: isHole
        case .compressed: false
        }
    }

    /// Reads the stretch into the buffer, from index `position` on. Any thread may do this.
    func read(into buffer: inout [UInt8], at position: Int) throws(DiskImageError) {
        let range = position..<position + Int(count)
        switch source {
        case .absent, .zeros:
            buffer.fill(range, with: 0)
        case .data(let file, let offset):
            try file.read(into: &buffer, range, at: offset)
        case .compressed(let cluster, let skipping):
            let unpacked = try cluster.unpack()
            buffer.replace(range, with: unpacked[skipping..<skipping + range.count])
        }
    }
}
