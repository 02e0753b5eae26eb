// SPDX-License-Identifier: MIT

/// A chunk on its way: its bytes, and what is known of them.
struct PreparedChunk: Sendable {
    var chunk: Chunk
    var buffer: [UInt8]
    var contents: ChunkContents
    /// The packed form of clusters, by their start in the buffer.
    var packed: [Int: [UInt8]] = [:]
}

/// What has to be written where.
struct WriteJob: Sendable {
    enum Source: Sendable {
        /// A part of the chunk's buffer.
        case buffer(Range<Int>)
        /// These bytes.
        case bytes([UInt8])
    }

    var host: HostOffset
    var source: Source
}

/// Where a conversion writes to.
///
/// ``prepare(_:packer:)`` and the writing of jobs are done by any thread; the others by one at a time, and ``place(_:)``
/// in the order of the disk, so that where things lie does not depend on the threads.
protocol ConversionTarget: AnyObject {
    /// The file that jobs are written to.
    var file: HostFile { get }
    /// What the target sets aside at once, in bytes.
    var unit: UInt64 { get }
    /// A packer for one thread; nil when nothing is packed.
    func packer() throws(DiskImageError) -> (any ClusterPacker)?
    /// Finds room for a chunk.
    func place(_ chunk: PreparedChunk) throws(DiskImageError) -> [WriteJob]
    /// Makes a chunk visible whose jobs have been written.
    func link(_ chunk: PreparedChunk) throws(DiskImageError)
}

/// A new raw image: a sparse file in which everything is where it is on the disk.
final class FreshRawTarget: ConversionTarget {
    let file: HostFile
    let unit: UInt64 = 1

    init(_ image: any DiskImage) { file = image.file }

    func packer() -> (any ClusterPacker)? { nil }

    func place(_ chunk: PreparedChunk) -> [WriteJob] {
        chunk.contents.data.map {
            WriteJob(host: HostOffset(chunk.chunk.offset.bytes + UInt64($0.lowerBound)), source: .buffer($0))
        }
    }

    func link(_ chunk: PreparedChunk) {}
}

/// An image that is there already: it is written to like by anybody else.
final class PresentTarget: ConversionTarget {
    private let image: any DiskImage
    let file: HostFile
    let unit: UInt64 = 1

    init(_ image: any DiskImage) {
        self.image = image
        file = image.file
    }

    func packer() -> (any ClusterPacker)? { nil }

    func place(_ chunk: PreparedChunk) throws(DiskImageError) -> [WriteJob] {
        for range in chunk.contents.zeros {
            try image.writeZeros(at: chunk.chunk.offset + UInt64(range.lowerBound), count: UInt64(range.count))
        }
        for range in chunk.contents.data {
            try image.write(chunk.buffer[range], at: chunk.chunk.offset + UInt64(range.lowerBound))
        }
        return []
    }

    func link(_ chunk: PreparedChunk) {}
}
