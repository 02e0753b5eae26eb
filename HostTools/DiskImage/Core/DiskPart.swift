// SPDX-License-Identifier: MIT

/// A part of a disk, seen as a disk of its own. It can be read from only.
public final class DiskPart: DiskImage {
    private let whole: any DiskImage
    private let start: GuestOffset
    public let virtualSize: UInt64
    public var file: HostFile { whole.file }
    public var format: DiskFormat { whole.format }
    public let clusterSize: UInt64 = 1
    /// None: what the whole disk's backing files say is a part of its answer.
    public var backing: (any DiskImage)?

    /// The `count` bytes of a disk from `start` on, or as many as there are.
    public init(of whole: any DiskImage, from start: UInt64, count: UInt64 = .max) {
        let start = min(start, whole.virtualSize)
        (self.whole, self.start) = (whole, GuestOffset(start))
        virtualSize = min(count, whole.virtualSize - start)
    }

    public func ownSegment(at offset: GuestOffset, limit: UInt64) throws(DiskImageError) -> Segment {
        try whole.segment(at: start + offset.bytes, limit: limit)
    }

    public func write(_ bytes: ArraySlice<UInt8>, at offset: GuestOffset) throws(DiskImageError) { throw readOnly }

    public func writeZeros(at offset: GuestOffset, count: UInt64) throws(DiskImageError) { throw readOnly }

    public func discard(at offset: GuestOffset, count: UInt64) throws(DiskImageError) { throw readOnly }

    public func flush() {}

    public func resize(to size: UInt64, shrinks: Bool, preallocation: Preallocation) throws(DiskImageError) {
        throw readOnly
    }

    private var readOnly: DiskImageError { .refused(file: path, reason: "a part of a disk is open for reading only") }
}
