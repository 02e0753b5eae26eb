// SPDX-License-Identifier: MIT
import FileTree

/// The bytes of an archive: in memory, or a part of a host file, which is then read as it is needed.
struct ArchiveBytes {
    private enum Source {
        case memory(ArraySlice<UInt8>)
        case file(HostFile, path: String, start: Int64)
    }

    private let source: Source
    /// How messages call the archive.
    let name: String
    /// Bytes of the archive.
    let count: Int64

    /// No compressed archive unpacks to more, in bytes.
    static let maximumUnpackedSize = 1 << 30

    /// The bytes of a file; what is compressed is unpacked into memory.
    /// - Throws: when the file cannot be read, or what is compressed is damaged or too large.
    init(_ contents: FileContents, name: String) throws(ArchiveError) {
        let plain = try ArchiveBytes(plain: contents, name: name)
        let front = try plain.read(0, 6)
        guard let codec = Codec(recognizing: front[...]) else {
            self = plain
            return
        }
        let packed: [UInt8]
        do throws(HostFileError) { packed = try contents.all(limit: Self.maximumUnpackedSize) } catch {
            throw .host(error)
        }
        do throws(CodecError) {
            let bytes = try codec.unpack(Self.withoutZeros(packed), limit: Self.maximumUnpackedSize)
            self.init(memory: bytes[...], name: name)
        } catch {
            let rule = error.rule(limit: Self.maximumUnpackedSize)
            throw .malformed(archive: name, offset: 0, rule: "the \(codec.name) data \(rule)")
        }
    }

    private init(memory bytes: ArraySlice<UInt8>, name: String) {
        source = .memory(bytes)
        count = Int64(bytes.count)
        self.name = name
    }

    private init(plain contents: FileContents, name: String) throws(ArchiveError) {
        self.name = name
        count = contents.size
        switch contents {
        case .bytes(let bytes): source = .memory(bytes)
        case .file(let path, _): source = .file(try Self.open(path), path: path, start: 0)
        case .parts(let path, let ranges):
            // An archive in an archive lies in one piece.
            source = .file(try Self.open(path), path: path, start: ranges.first?.lowerBound ?? 0)
        }
    }

    private static func open(_ path: String) throws(ArchiveError) -> HostFile {
        do throws(HostFileError) { return try HostFile(reading: path) } catch { throw .host(error) }
    }

    /// Some writers fill what they compress up with zeros, which gzip and XZ ignore.
    private static func withoutZeros(_ bytes: [UInt8]) -> ArraySlice<UInt8> {
        guard bytes.suffix(64).allSatisfy({ $0 == 0 }), let last = bytes.lastIndex(where: { $0 != 0 }) else {
            return bytes[...]
        }
        // A stream may itself end in a few zeros.
        return bytes[..<min(bytes.count, (last + 1 + 3) & ~3)]
    }

    /// The bytes from an offset on: fewer than `count` only where the archive ends.
    func read(_ offset: Int64, _ count: Int) throws(ArchiveError) -> [UInt8] {
        let length = Int(max(0, min(Int64(count), self.count - offset)))
        switch source {
        case .memory(let bytes):
            let start = bytes.startIndex + Int(min(offset, self.count))
            return Array(bytes[start..<start + length])
        case .file(let file, _, let start):
            do throws(HostFileError) { return try file.read(length, at: start + offset) } catch { throw .host(error) }
        }
    }

    /// A range of the archive, as what a file holds. The range must lie in the archive.
    func contents(_ range: Range<Int64>) -> FileContents {
        switch source {
        case .memory(let bytes):
            let start = bytes.startIndex
            return .bytes(bytes[start + Int(range.lowerBound)..<start + Int(range.upperBound)])
        case .file(_, let path, let start):
            return range.isEmpty
                ? .bytes([]) : .parts(path: path, ranges: [start + range.lowerBound..<start + range.upperBound])
        }
    }
}
