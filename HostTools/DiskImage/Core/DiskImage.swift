// SPDX-License-Identifier: MIT

/// A disk in a file, whatever its format. An image belongs to one thread at a time.
///
/// Everything that reads is built on one question, ``ownSegment(at:limit:)``: what does this image say about the bytes
/// from here on? Writers change the file at once; what tells readers of it is written by ``flush()``.
public protocol DiskImage: AnyObject {
    /// The file that holds the image.
    var file: HostFile { get }
    /// The image's format.
    var format: DiskFormat { get }
    /// The size of the disk in bytes.
    var virtualSize: UInt64 { get }
    /// The unit in which the image sets room aside, in bytes; 1 where there is none.
    var clusterSize: UInt64 { get }
    /// The image that answers where this one says nothing.
    var backing: (any DiskImage)? { get set }

    /// What this image alone says about the disk from `offset` on: a stretch of at least 1 and at most `limit` bytes.
    ///
    /// The range lies within the disk.
    /// - Throws: ``DiskImageError/malformed(file:offset:field:rule:)`` when the image's tables break a rule.
    func ownSegment(at offset: GuestOffset, limit: UInt64) throws(DiskImageError) -> Segment

    /// Writes bytes to the disk.
    /// - Throws: when the range does not lie within the disk, or the host refuses.
    func write(_ bytes: ArraySlice<UInt8>, at offset: GuestOffset) throws(DiskImageError)

    /// Makes a range read as zeros, without writing them where the format and the host allow that.
    func writeZeros(at offset: GuestOffset, count: UInt64) throws(DiskImageError)

    /// Gives back the room of a range, which reads as zeros from then on. What is smaller than the unit may stay.
    func discard(at offset: GuestOffset, count: UInt64) throws(DiskImageError)

    /// Writes all tables, in an order that leaves a consistent image wherever the process ends.
    func flush() throws(DiskImageError)

    /// Changes the size of the disk. Bytes that come into being read as zeros.
    /// - Parameter shrinks: allows the disk to become smaller, which loses data.
    func resize(to size: UInt64, shrinks: Bool, preallocation: Preallocation) throws(DiskImageError)
}

extension DiskImage {
    /// The file's name, as it was given.
    public var path: String { file.path }

    /// Makes sure that a range lies within the disk.
    func requireWithin(_ offset: GuestOffset, _ count: UInt64) throws(DiskImageError) {
        let (end, overflow) = offset.bytes.addingReportingOverflow(count)
        guard !overflow, end <= virtualSize else {
            throw .refused(
                file: path, reason: "bytes \(offset.bytes) to \(end) do not lie within the disk's \(virtualSize) bytes")
        }
    }
}
