// SPDX-License-Identifier: MIT
import FileTree

/// Reads the members of a tar archive: ustar, pax, and GNU's long names. The archive is not to be trusted.
struct TarReader {
    /// A file, folder, link or node of the archive.
    struct Member {
        var path: TreePath
        var attributes: FileAttributes
        var what: What

        enum What {
            case node(FileTree.Kind)
            case hardLink(TreePath)
        }
    }

    private let archive: ArchiveBytes
    private var offset: Int64 = 0
    private var global = TarExtensions()

    /// No extended header is longer, in bytes.
    private static let maximumExtension: Int64 = 1 << 20

    init(_ archive: ArchiveBytes) { self.archive = archive }

    /// Whether a file begins like a tar archive: its first header's checksum is right.
    static func isArchive(_ archive: ArchiveBytes) -> Bool {
        guard let block = try? archive.read(0, TarHeader.blockSize), block.contains(where: { $0 != 0 }) else {
            return false
        }
        return (try? TarHeader(block)) != nil
    }

    /// The next member; nil at the archive's end.
    mutating func next() throws(ArchiveError) -> Member? {
        var extensions = global
        while let (header, start) = try nextHeader() {
            do throws(TarRule) {
                if try takeExtension(header, start, into: &extensions) { continue }
                return try member(header, extensions, at: start)
            } catch {
                throw .malformed(archive: archive.name, offset: start, rule: error.text)
            }
        }
        return nil
    }

    /// The next header, and where it begins. Blocks of zeros, or nothing, end the archive.
    private mutating func nextHeader() throws(ArchiveError) -> (TarHeader, Int64)? {
        let start = offset
        let block = try archive.read(start, TarHeader.blockSize)
        if block.allSatisfy({ $0 == 0 }) { return nil }
        offset += Int64(TarHeader.blockSize)
        do throws(TarRule) { return (try TarHeader(block), start) } catch {
            throw .malformed(archive: archive.name, offset: start, rule: error.text)
        }
    }

    /// Takes a header that describes others. False when it is a member's own.
    private mutating func takeExtension(
        _ header: TarHeader, _ start: Int64, into extensions: inout TarExtensions
    ) throws(TarRule) -> Bool {
        guard "xgLK".utf8.contains(header.kind) else { return false }
        guard header.size <= Self.maximumExtension else { throw TarRule("an extended header has \(header.size) bytes") }
        let range = try data(of: header.size)
        let bytes: [UInt8]
        do throws(ArchiveError) { bytes = try archive.read(range.lowerBound, range.count) } catch {
            throw TarRule(error.description)
        }
        switch header.kind {
        case UInt8(ascii: "x"): try extensions.take(records: bytes)
        case UInt8(ascii: "L"): extensions.take(longName: bytes)
        case UInt8(ascii: "K"): extensions.take(longLink: bytes)
        default:
            try global.take(records: bytes)
            try extensions.take(records: bytes)
        }
        return true
    }

    /// The place of the data behind the header that was read last. The next header is behind it.
    private mutating func data(of size: Int64) throws(TarRule) -> Range<Int64> {
        guard size <= archive.count - offset else {
            throw TarRule("a member's data goes \(size - (archive.count - offset)) bytes beyond the end")
        }
        let range = offset..<offset + size
        offset = min(archive.count, offset + (size + Int64(TarHeader.blockSize) - 1) & ~Int64(TarHeader.blockSize - 1))
        return range
    }

    // MARK: Members

    private static func sparse(_ path: TreePath) -> String {
        "\(path) is stored with holes, which is not supported; make the archive without tar's option --sparse"
    }

    private mutating func member(
        _ header: TarHeader, _ extensions: TarExtensions, at start: Int64
    ) throws(TarRule) -> Member {
        let name = extensions.path ?? header.name
        guard let path = TreePath(name) else {
            throw TarRule("the name \"\(printable(name))\" leads out of the archive, or is too long")
        }
        guard !extensions.isSparse else { throw TarRule(Self.sparse(path)) }
        var attributes = header.attributes
        attributes.user = extensions.user ?? attributes.user
        attributes.group = extensions.group ?? attributes.group
        attributes.modificationTime = extensions.time ?? attributes.modificationTime
        let target = extensions.linkPath ?? header.linkName
        let size = extensions.size ?? header.size
        let what = try what(header, path, name: name, target: target, size: size)
        return Member(path: path, attributes: attributes, what: what)
    }

    private mutating func what(
        _ header: TarHeader, _ path: TreePath, name: [UInt8], target: [UInt8], size: Int64
    ) throws(TarRule) -> Member.What {
        switch header.kind {
        case UInt8(ascii: "0"), 0, UInt8(ascii: "7"):
            // Before there were kinds, a slash at the end made a folder.
            if name.last == UInt8(ascii: "/") { return .node(.folder) }
            return .node(.file(archive.contents(try data(of: size))))
        case UInt8(ascii: "1"):
            guard let target = TreePath(target) else { throw TarRule("\(path) is a hard link out of the archive") }
            return .hardLink(target)
        case UInt8(ascii: "2"):
            guard (1...TreePath.maximumLength).contains(target.count), !target.contains(0) else {
                throw TarRule("the symbolic link \(path) has no target, or one that is too long")
            }
            return .node(.symbolicLink(target))
        case UInt8(ascii: "3"): return .node(.characterDevice(header.device))
        case UInt8(ascii: "4"): return .node(.blockDevice(header.device))
        case UInt8(ascii: "5"):
            _ = try data(of: size)
            return .node(.folder)
        case UInt8(ascii: "6"): return .node(.pipe)
        case UInt8(ascii: "S"): throw TarRule(Self.sparse(path))
        case let kind: throw TarRule("\(path) is of the kind \"\(printable([kind]))\", which is not supported")
        }
    }
}
