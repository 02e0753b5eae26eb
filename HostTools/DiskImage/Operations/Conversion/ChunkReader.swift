// SPDX-License-Identifier: MIT

/// A piece of the source that one thread works on.
struct Chunk: Sendable {
    /// Chunks count from 0 in the order of the disk.
    var number: Int
    var offset: GuestOffset
    var segments: [Segment]
    /// Bytes.
    var count: Int
}

/// Cuts the source into chunks. Long stretches of zeros are left out.
final class ChunkReader {
    private let source: any DiskImage
    private let followsBacking: Bool
    private let chunkSize: Int
    private let keepsZeros: Bool
    private let unit: UInt64
    private var position = GuestOffset.zero
    private var number = 0
    /// What is known of the source from ``position`` on: a segment may be much longer than a chunk, and finding its end
    /// is work.
    private var ahead: Segment?
    /// Bytes of the disk that have been given out or left out.
    var progress: UInt64 { position.bytes }

    init(source: any DiskImage, followsBacking: Bool, chunkSize: Int, unit: UInt64, keepsZeros: Bool) {
        self.source = source
        self.followsBacking = followsBacking
        self.chunkSize = chunkSize
        self.keepsZeros = keepsZeros
        self.unit = unit
    }

    /// The next chunk; nil at the end of the disk.
    func next() throws(DiskImageError) -> Chunk? {
        while position.bytes < source.virtualSize {
            let rest = source.virtualSize - position.bytes
            let absent = try absentCount(at: position, limit: rest)
            if absent >= UInt64(chunkSize) || absent == rest {
                position += absent == rest ? rest : absent.roundedDown(to: UInt64(chunkSize))
                continue
            }
            if !followsBacking { return try overlayChunk(count: min(rest, UInt64(chunkSize))) }
            let first = try upcoming()
            let skipped = first.count.roundedDown(to: UInt64(chunkSize))
            if canSkip(first), skipped > 0 || first.count == rest {
                _ = try take(upTo: skipped > 0 ? skipped : rest)
                continue
            }
            return try chunk(count: min(rest, UInt64(chunkSize)))
        }
        return nil
    }

    /// A chunk for an overlay. A unit of the target is written whole, so where the source itself has a part of it, the
    /// rest comes from the source's backing file.
    private func overlayChunk(count: UInt64) throws(DiskImageError) -> Chunk {
        var segments: [Segment] = []
        var done: UInt64 = 0
        while done < count {
            let absent = try absentCount(at: position + done, limit: count - done)
            if absent > 0 {
                segments.append(Segment(.absent, count: absent))
                done += absent
            } else {
                let next = min(unit, count - done)
                for segment in try source.segments(at: position + done, count: next) {
                    segments.append(segment.isAllocated ? segment : Segment(.zeros(nil), count: segment.count))
                }
                done += next
            }
        }
        defer {
            position += count
            number += 1
        }
        return Chunk(number: number, offset: position, segments: segments, count: Int(count))
    }

    private func chunk(count: UInt64) throws(DiskImageError) -> Chunk {
        let start = position
        var segments: [Segment] = []
        while position < start + count { segments.append(try take(upTo: count - (position - start))) }
        defer { number += 1 }
        return Chunk(number: number, offset: start, segments: segments, count: Int(count))
    }

    /// The segment that begins at ``position``, as long as it is.
    private func upcoming() throws(DiskImageError) -> Segment {
        if let ahead { return ahead }
        let next = try source.segment(at: position, limit: source.virtualSize - position.bytes)
        ahead = next
        return next
    }

    /// Gives out the first `limit` bytes of that segment, or all of it, and moves on.
    private func take(upTo limit: UInt64) throws(DiskImageError) -> Segment {
        let segment = try upcoming()
        let part = segment.part(from: 0, limit: limit)
        ahead = part.count < segment.count ? segment.part(from: part.count, limit: segment.count) : nil
        position += part.count
        return part
    }

    /// The stretch of whole units from `offset` on that the source itself says nothing about; 0 when there is none.
    private func absentCount(at offset: GuestOffset, limit: UInt64) throws(DiskImageError) -> UInt64 {
        guard !followsBacking else { return 0 }
        let own = try source.ownSegment(at: offset, limit: limit)
        guard case .absent = own.source else { return 0 }
        return own.count == limit ? limit : own.count.roundedDown(to: unit)
    }

    private func canSkip(_ segment: Segment) -> Bool {
        segment.readsAsZeros && !keepsZeros
    }
}
