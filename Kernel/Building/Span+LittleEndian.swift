// SPDX-License-Identifier: MIT

extension Span where Element == UInt8 {
    /// The little-endian number at `offset`, or nil where not all of its bytes lie inside the span.
    func littleEndian<Value: FixedWidthInteger & UnsignedInteger>(_ type: Value.Type, at offset: Int) -> Value? {
        let size = MemoryLayout<Value>.size
        guard offset >= 0, offset <= count - size else { return nil }
        var value: Value = 0
        for index in 0..<size {
            value |= Value(truncatingIfNeeded: self[offset + index]) &<< Value(truncatingIfNeeded: index * 8)
        }
        return value
    }

    /// `offset..<offset + size`, or nil where it is not a range inside the span.
    func range(offset: UInt64, size: UInt64) -> Range<Int>? {
        let (end, wraps) = offset.addingReportingOverflow(size)
        guard !wraps, end <= UInt64(count), let start = Int(exactly: offset), let end = Int(exactly: end) else {
            return nil
        }
        return start..<end
    }
}
