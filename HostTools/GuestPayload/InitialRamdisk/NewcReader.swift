// SPDX-License-Identifier: MIT
import FileTree

/// Reads one newc archive, up to its trailer, into a tree of files. The archive is not to be trusted.
struct NewcReader {
    private let bytes: ArraySlice<UInt8>
    private let name: String
    private var offset: Int
    /// Names of files that have several, by what tells that they are one file.
    private var linked: [[UInt32]: TreePath] = [:]

    /// The fields of an entry's header, in their order.
    private enum Field: Int {
        case inode, mode, user, group, links, time, size, deviceMajor, deviceMinor, major, minor, nameSize, check
    }

    private static let headerLength = 110

    /// A reader of the archive that begins at `bytes.startIndex`; messages call the file `name`.
    private init(_ bytes: ArraySlice<UInt8>, name: String) {
        self.bytes = bytes
        self.name = name
        offset = bytes.startIndex
    }

    /// Whether an archive begins here: with or without checksums.
    static func isArchive(_ bytes: ArraySlice<UInt8>) -> Bool {
        bytes.starts(with: "070701".utf8) || bytes.starts(with: "070702".utf8)
    }

    /// Adds the archive's files to a tree, in place of those that are there, as Linux does it.
    /// - Returns: the offset just behind the trailer.
    static func read(
        _ bytes: ArraySlice<UInt8>, name: String, into tree: inout FileTree
    ) throws(RamdiskReaderError) -> Int {
        var reader = NewcReader(bytes, name: name)
        while try reader.takeEntry(into: &tree) {}
        return reader.offset
    }

    /// Takes an entry. False when it was the trailer.
    private mutating func takeEntry(into tree: inout FileTree) throws(RamdiskReaderError) -> Bool {
        let start = offset
        guard Self.isArchive(bytes[offset...]) else { throw problem(start, "an entry does not begin with 070701") }
        let fields = try header()
        offset += Self.headerLength
        let nameSize = Int(fields[Field.nameSize.rawValue])
        guard (2...4096).contains(nameSize) else { throw problem(start + 94, "a name has \(nameSize) bytes") }
        let nameBytes = try take(nameSize, what: "a name").dropLast()
        try align()
        let contents = try take(Int(fields[Field.size.rawValue]), what: "the contents of \(printable(nameBytes))")
        // The last entry of an archive that is cut off just behind it may lack its padding.
        offset = min(offset + (bytes.startIndex - offset) & 3, bytes.endIndex)
        if nameBytes.elementsEqual(NewcArchive.trailerName.utf8) { return false }
        guard let path = TreePath(nameBytes) else {
            throw problem(start + Self.headerLength, "the name \"\(printable(nameBytes))\" leads out of the archive")
        }
        do throws(FileTreeError) {
            try add(path, fields, contents, to: &tree)
        } catch {
            throw problem(start, error.description)
        }
        return true
    }

    private func header() throws(RamdiskReaderError) -> [UInt32] {
        guard bytes.endIndex - offset >= Self.headerLength else { throw problem(offset, "the archive is cut off") }
        var fields: [UInt32] = []
        for index in 0...Field.check.rawValue {
            let start = offset + 6 + index * 8
            let digits = bytes[start..<start + 8]
            guard let value = UInt32(String(decoding: digits, as: UTF8.self), radix: 16), digits.first != 0x2B else {
                throw problem(start, "\"\(printable(digits))\" is no hexadecimal number")
            }
            fields.append(value)
        }
        return fields
    }

    private mutating func take(_ count: Int, what: String) throws(RamdiskReaderError) -> ArraySlice<UInt8> {
        guard count <= bytes.endIndex - offset else { throw problem(offset, "\(what) goes beyond the end") }
        defer { offset += count }
        return bytes[offset..<offset + count]
    }

    private mutating func align() throws(RamdiskReaderError) {
        _ = try take((bytes.startIndex - offset) & 3, what: "padding")
    }

    private mutating func add(
        _ path: TreePath, _ fields: [UInt32], _ contents: ArraySlice<UInt8>, to tree: inout FileTree
    ) throws(FileTreeError) {
        func field(_ field: Field) -> UInt32 { fields[field.rawValue] }
        let attributes = FileAttributes(
            permissions: field(.mode), user: field(.user), group: field(.group),
            modificationTime: Int64(field(.time)))
        let device = DeviceNumber(major: field(.major), minor: field(.minor))
        let kind: FileTree.Kind
        switch field(.mode) & 0o170000 {
        case 0o040000: kind = .folder
        case 0o120000: kind = .symbolicLink(Array(contents))
        case 0o020000: kind = .characterDevice(device)
        case 0o060000: kind = .blockDevice(device)
        case 0o010000: kind = .pipe
        case 0o140000: kind = .socket
        default: return try addFile(path, fields, FileTree.Node(.file(.bytes(contents)), attributes), to: &tree)
        }
        try tree.add(FileTree.Node(kind, attributes), at: path)
    }

    /// Only one of a file's names has the contents: mostly the last.
    private mutating func addFile(
        _ path: TreePath, _ fields: [UInt32], _ node: FileTree.Node, to tree: inout FileTree
    ) throws(FileTreeError) {
        let key = [Field.deviceMajor, .deviceMinor, .inode].map { fields[$0.rawValue] }
        guard fields[Field.links.rawValue] > 1, let first = linked[key] else {
            if fields[Field.links.rawValue] > 1 { linked[key] = path }
            try tree.add(node, at: path)
            return
        }
        if fields[Field.size.rawValue] > 0, let number = try tree.find(first) { tree[number].kind = node.kind }
        try tree.link(path, to: first)
    }

    private func problem(_ offset: Int, _ rule: String) -> RamdiskReaderError {
        RamdiskReaderError(file: name, offset: offset, rule: rule)
    }
}
