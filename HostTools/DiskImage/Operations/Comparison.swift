// SPDX-License-Identifier: MIT

/// Compares the contents of two disks, whatever their formats.
public struct Comparison: Sendable {
    /// What a comparison has found.
    public enum Result: Equatable, Sendable {
        case identical
        /// The disks have different sizes, and what one has more is not zero, or strictness was asked for.
        case sizesDiffer
        /// The first byte in which the disks differ.
        case contentsDiffer(at: UInt64)
        /// The first byte that one image has room for while the other has none; only with strictness.
        case allocationDiffers(at: UInt64)
    }

    /// Whether size and allocation have to be the same as well.
    public var isStrict = false
    public var control = OperationControl()

    public init() {}

    /// Compares two images. What one disk has behind the end of the other has to be zeros.
    public func run(_ first: any DiskImage, _ second: any DiskImage) throws(DiskImageError) -> Result {
        if isStrict && first.virtualSize != second.virtualSize { return .sizesDiffer }
        let common = min(first.virtualSize, second.virtualSize)
        let longer = first.virtualSize > second.virtualSize ? first : second
        control.begin(total: longer.virtualSize)
        var offset = GuestOffset.zero
        while offset.bytes < longer.virtualSize {
            try control.check()
            let limit = (offset.bytes < common ? common : longer.virtualSize) - offset.bytes
            let count: UInt64
            if offset.bytes < common {
                let one = try first.segment(at: offset, limit: limit)
                let two = try second.segment(at: offset, limit: limit)
                count = min(one.count, two.count)
                if isStrict && one.isAllocated != two.isAllocated { return .allocationDiffers(at: offset.bytes) }
                if let place = try difference(one, two, first, second, at: offset, count: count) {
                    return .contentsDiffer(at: place)
                }
            } else {
                let rest = try longer.segment(at: offset, limit: limit)
                count = rest.count
                if let place = try nonZero(rest, of: longer, at: offset, count: count) {
                    return .contentsDiffer(at: place)
                }
            }
            control.advance(by: count)
            offset += count
        }
        return .identical
    }

    private func difference(
        _ one: Segment, _ two: Segment, _ first: any DiskImage, _ second: any DiskImage, at offset: GuestOffset,
        count: UInt64
    ) throws(DiskImageError) -> UInt64? {
        switch (one.readsAsZeros, two.readsAsZeros) {
        case (true, true): return nil
        case (true, false): return try nonZero(two, of: second, at: offset, count: count)
        case (false, true): return try nonZero(one, of: first, at: offset, count: count)
        case (false, false): break
        }
        if case (.data(let file, let place), .data(let other, let otherPlace)) = (one.source, two.source),
            file === other,
            place == otherPlace
        {
            return nil
        }
        return try firstDifference(first, second, at: offset, count: count)
    }

    private func firstDifference(
        _ first: any DiskImage, _ second: any DiskImage, at offset: GuestOffset, count: UInt64
    ) throws(DiskImageError) -> UInt64? {
        let size = Int(min(count, 1 << 20))
        var (mine, theirs) = ([UInt8](repeating: 0, count: size), [UInt8](repeating: 0, count: size))
        var done: UInt64 = 0
        while done < count {
            try control.check()
            let range = 0..<Int(min(UInt64(size), count - done))
            try first.read(into: &mine, range, at: offset + done)
            try second.read(into: &theirs, range, at: offset + done)
            if let index = mine.firstDifference(from: theirs, in: range) { return offset.bytes + done + UInt64(index) }
            done += UInt64(range.count)
        }
        return nil
    }

    private func nonZero(
        _ segment: Segment, of image: any DiskImage, at offset: GuestOffset, count: UInt64
    ) throws(DiskImageError) -> UInt64? {
        if segment.readsAsZeros { return nil }
        var buffer = [UInt8](repeating: 0, count: Int(min(count, 1 << 20)))
        var done: UInt64 = 0
        while done < count {
            try control.check()
            let range = 0..<Int(min(UInt64(buffer.count), count - done))
            try image.read(into: &buffer, range, at: offset + done)
            if !buffer.isZero(range), let index = range.first(where: { buffer[$0] != 0 }) {
                return offset.bytes + done + UInt64(index)
            }
            done += UInt64(range.count)
        }
        return nil
    }
}

extension Segment {
    /// Whether an image has something to say about the stretch.
    var isAllocated: Bool {
        if case .absent = source { return false }
        return true
    }
}
