// SPDX-License-Identifier: MIT

/// What a file of a tree holds. Nothing is read before it is asked for.
public enum FileContents: Hashable, Sendable {
    /// Bytes in memory.
    case bytes(ArraySlice<UInt8>)
    /// The whole of a host file that has this many bytes, as long as nobody changes it.
    case file(path: String, size: Int64)
    /// Ranges of a host file, one after the other.
    case parts(path: String, ranges: [Range<Int64>])

    /// Bytes taken from a host file at a time.
    public static let chunkSize = 1 << 20

    /// The whole of a host file as it is now.
    /// - Throws: when it cannot be read, or is not a regular file.
    public init(hostFile path: String) throws(HostFileError) {
        self = .file(path: path, size: try HostFile(reading: path).size)
    }

    /// The length in bytes.
    public var size: Int64 {
        switch self {
        case .bytes(let bytes): Int64(bytes.count)
        case .file(_, let size): size
        case .parts(_, let ranges): ranges.reduce(0) { $0 &+ Int64($1.count) }
        }
    }

    /// Hands the contents over, at most ``chunkSize`` bytes at a time.
    /// - Throws: when the host file cannot be read, or no longer has all these bytes.
    public func forEachChunk(
        _ consume: (ArraySlice<UInt8>) throws(HostFileError) -> Void
    ) throws(HostFileError) {
        switch self {
        case .bytes(let bytes):
            for start in stride(from: bytes.startIndex, to: bytes.endIndex, by: Self.chunkSize) {
                try consume(bytes[start..<min(start + Self.chunkSize, bytes.endIndex)])
            }
        case .file(let path, let size):
            let file = try HostFile(reading: path)
            guard file.size == size else { throw HostFileError(path, .changed(was: size, now: file.size)) }
            try Self.copy(0..<size, of: file, path, consume)
        case .parts(let path, let ranges):
            let file = try HostFile(reading: path)
            for range in ranges { try Self.copy(range, of: file, path, consume) }
        }
    }

    private static func copy(
        _ range: Range<Int64>, of file: HostFile, _ path: String,
        _ consume: (ArraySlice<UInt8>) throws(HostFileError) -> Void
    ) throws(HostFileError) {
        for start in stride(from: range.lowerBound, to: range.upperBound, by: chunkSize) {
            let count = Int(min(range.upperBound - start, Int64(chunkSize)))
            let chunk = try file.read(count, at: start)
            guard chunk.count == count else {
                throw HostFileError(path, .changed(was: range.upperBound, now: start + Int64(chunk.count)))
            }
            try consume(chunk[...])
        }
    }

    /// All bytes, at most `limit` of them.
    /// - Throws: when there are more, or they cannot be read.
    public func all(limit: Int) throws(HostFileError) -> [UInt8] {
        guard size <= limit else { throw HostFileError(sourceName, .tooLong(limit: limit)) }
        var all: [UInt8] = []
        try forEachChunk { chunk throws(HostFileError) in all += chunk }
        return all
    }

    private var sourceName: String {
        switch self {
        case .bytes: "a file"
        case .file(let path, _), .parts(let path, _): path
        }
    }
}
