// SPDX-License-Identifier: MIT

/// The disk that a guest sees.
public enum GuestSpace: Sendable {}
/// The file on the host that holds an image.
public enum HostSpace: Sendable {}

/// A position in one of the two spaces, in bytes; those of different spaces do not mix.
public struct Offset<Space: Sendable>: Comparable, Hashable, Sendable {
    /// Bytes from the start.
    public var bytes: UInt64

    /// The position `bytes` from the start.
    public init(_ bytes: UInt64) { self.bytes = bytes }

    /// The start.
    public static var zero: Self { Self(0) }

    /// The position `count` bytes further on. Offsets of images are below 2⁶³ once they are checked, so this cannot wrap.
    public static func + (offset: Self, count: UInt64) -> Self { Self(offset.bytes &+ count) }

    /// Bytes from `start` to `end`, which does not lie before it.
    public static func - (end: Self, start: Self) -> UInt64 { end.bytes &- start.bytes }

    public static func < (first: Self, second: Self) -> Bool { first.bytes < second.bytes }

    /// Moves on by `count` bytes.
    public static func += (offset: inout Self, count: UInt64) { offset = offset + count }
}

/// A position on the disk that the guest sees.
public typealias GuestOffset = Offset<GuestSpace>
/// A position in an image file.
public typealias HostOffset = Offset<HostSpace>

/// The number of a cluster of an image file, counted from its start.
public struct ClusterIndex: Comparable, Hashable, Sendable {
    /// Clusters from the start of the file.
    public var number: UInt64

    /// The cluster `number`.
    public init(_ number: UInt64) { self.number = number }

    public static func < (first: Self, second: Self) -> Bool { first.number < second.number }

    /// The cluster `count` further on.
    public static func + (index: Self, count: UInt64) -> Self { Self(index.number &+ count) }
}

extension UInt64 {
    /// The next multiple of `unit`, which is a power of two; the largest one where there is none above.
    func roundedUp(to unit: UInt64) -> UInt64 {
        let (sum, overflow) = addingReportingOverflow(unit &- 1)
        return (overflow ? UInt64.max : sum) & ~(unit &- 1)
    }

    /// The multiple of `unit`, a power of two, at or below.
    func roundedDown(to unit: UInt64) -> UInt64 { self & ~(unit &- 1) }

    /// How many pieces of `unit` it takes to hold this.
    func pieces(of unit: UInt64) -> UInt64 { self / unit &+ (self % unit == 0 ? 0 : 1) }
}
