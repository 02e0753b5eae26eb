// SPDX-License-Identifier: MIT

/// What a chunk consists of, once its bytes have been looked at. Ranges are indices of the buffer.
struct ChunkContents: Sendable {
    /// Blocks that have to be written, in order.
    var data: [Range<Int>] = []
    /// What reads as zeros and lies over a backing file, which may say otherwise.
    var zeros: [Range<Int>] = []
    /// Whether nothing at all is said about some of it: then it is not touched.
    var absent: [Range<Int>] = []

    /// Reads a chunk into the buffer, and finds out what is zero.
    ///
    /// - Parameters:
    ///   - sparseSize: blocks of this size that are zero are no data; 0 means that everything is.
    ///   - followsBacking: whether what the source says nothing about reads as zeros.
    init(
        reading chunk: Chunk, into buffer: inout [UInt8], sparseSize: Int, followsBacking: Bool
    ) throws(DiskImageError) {
        var position = 0
        for segment in chunk.segments {
            let range = position..<position + Int(segment.count)
            try segment.read(into: &buffer, at: position)
            position = range.upperBound
            switch segment.source {
            case .absent where !followsBacking: absent.append(range)
            case .absent, .zeros: add(range, isData: sparseSize == 0)
            case .data, .compressed: scan(range, of: buffer, sparseSize: sparseSize)
            }
        }
        buffer.fill(position..<buffer.count, with: 0)
    }

    private mutating func scan(_ range: Range<Int>, of buffer: [UInt8], sparseSize: Int) {
        guard sparseSize > 0 else { return add(range, isData: true) }
        var start = range.lowerBound
        while start < range.upperBound {
            // Blocks lie on multiples of their size, so that what is zero on the source is zero on the target.
            let end = min(range.upperBound, (start / sparseSize + 1) * sparseSize)
            add(start..<end, isData: !buffer.isZero(start..<end))
            start = end
        }
    }

    private mutating func add(_ range: Range<Int>, isData: Bool) {
        if isData { Self.append(range, to: &data) } else { Self.append(range, to: &zeros) }
    }

    private static func append(_ range: Range<Int>, to list: inout [Range<Int>]) {
        if let last = list.last, last.upperBound == range.lowerBound {
            list[list.count - 1] = last.lowerBound..<range.upperBound
        } else {
            list.append(range)
        }
    }

    /// The units, of `count` bytes in all, of which something is said, and all that is said is zeros.
    func zeroUnits(_ unit: Int, of count: Int) -> [Range<Int>] {
        let data = dataUnits(unit)
        return zeros.flatMap { range in
            stride(from: range.lowerBound / unit * unit, to: range.upperBound, by: unit).map {
                $0..<min($0 + unit, count)
            }
        }.filter { zero in !data.contains { $0.overlaps(zero) } && !absent.contains { $0.overlaps(zero) } }
    }

    /// The data, widened to whole units and joined where they touch.
    func dataUnits(_ unit: Int) -> [Range<Int>] {
        var result: [Range<Int>] = []
        for range in data {
            let start = range.lowerBound / unit * unit
            let end = (range.upperBound + unit - 1) / unit * unit
            if let last = result.last, last.upperBound >= start {
                result[result.count - 1] = last.lowerBound..<max(end, last.upperBound)
            } else {
                result.append(start..<end)
            }
        }
        return result
    }
}
