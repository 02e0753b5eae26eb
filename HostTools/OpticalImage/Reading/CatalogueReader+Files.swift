// SPDX-License-Identifier: MIT
import FileTree

/// A record becomes a file, a link, a device node or a folder of the tree.
extension CatalogueReader {
    /// Adds a file or a folder. Returns a folder that is to be read.
    mutating func take(_ pieces: [RecordFields], in folder: Waiting) throws(OpticalImageError) -> Waiting? {
        guard var record = pieces.first else { return nil }
        let fields = names == .rockRidge ? try rockRidge(record) : nil
        if fields?.isRelocated == true { return nil }
        guard let name = try name(of: record, fields) else { return nil }
        let path = folder.path.appending(name)
        guard path.names.count <= FileTree.maximumDepth, path.bytes.count <= TreePath.maximumLength else {
            throw record.record.malformed(33, "the path of a file", "is longer than 4095 bytes, or too deep")
        }
        if let block = fields?.childBlock { record = try movedFolder(at: block, record) }
        let node = try node(record, pieces, fields, path)
        if tree[folder.node].entries[name] != nil {
            warnings.append("\(path) is there twice; the first is taken")
            return nil
        }
        guard let number = insert(node, name: name, in: folder.node) else {
            throw record.record.malformed(0, "the image", "has more than \(FileTree.maximumCount) files")
        }
        return node.isFolder ? Waiting(path: path, node: number, record: record) : nil
    }

    /// Names of the same data with the same attributes are hard links.
    private mutating func insert(
        _ node: FileTree.Node, name: FileName, in folder: FileTree.Number
    ) -> FileTree.Number? {
        if case .file(let contents) = node.kind, contents.size > 0 {
            let key = SharedData(contents: contents, attributes: node.attributes)
            if let other = known[key] {
                tree.setEntry(name, in: folder, to: other)
                return other
            }
            guard let number = tree.insert(node, name: name, in: folder) else { return nil }
            known[key] = number
            return number
        }
        return tree.insert(node, name: name, in: folder)
    }

    private mutating func node(
        _ record: RecordFields, _ pieces: [RecordFields], _ fields: RockRidgeFields?, _ path: TreePath
    ) throws(OpticalImageError) -> FileTree.Node {
        let mode = fields?.mode ?? (record.isFolder ? 0o040755 : 0o100644)
        let attributes = FileAttributes(
            permissions: mode & 0o7777, user: fields?.user ?? 0, group: fields?.group ?? 0,
            modificationTime: fields?.date ?? record.date)
        if record.isFolder { return FileTree.Node(.folder, attributes) }
        return FileTree.Node(try kind(mode: mode, record, pieces, fields, path), attributes)
    }

    private mutating func kind(
        mode: UInt32, _ record: RecordFields, _ pieces: [RecordFields], _ fields: RockRidgeFields?, _ path: TreePath
    ) throws(OpticalImageError) -> FileTree.Kind {
        switch mode & 0o170000 {
        case 0o100000, 0: return .file(try contents(pieces, path))
        case 0o120000:
            guard let target = fields?.linkTarget, !target.isEmpty else {
                throw record.record.malformed(0, "the symbolic link \(path)", "has no target")
            }
            return .symbolicLink(target)
        case 0o020000: return .characterDevice(fields?.device ?? DeviceNumber(major: 0, minor: 0))
        case 0o060000: return .blockDevice(fields?.device ?? DeviceNumber(major: 0, minor: 0))
        case 0o010000: return .pipe
        case 0o140000: return .socket
        default:
            throw record.record.malformed(0, "the mode of \(path)", "is \(String(mode, radix: 8)), no file's")
        }
    }

    private mutating func contents(_ pieces: [RecordFields], _ path: TreePath) throws(OpticalImageError) -> FileContents
    {
        var ranges: [Range<Int64>] = []
        for piece in pieces where piece.size > 0 {
            let offset = piece.block * volume.blockSize
            try image.check(offset, count: piece.size, of: "the data of \(path)", statedAt: piece.record.offset + 2)
            ranges.append(offset..<offset + piece.size)
            dataBytes += piece.size
            // Files may share their data, but not so that a small image unpacks to a disk full.
            guard dataBytes <= image.size * 16 else {
                throw piece.record.malformed(10, "the files", "are together 16 times as long as the image")
            }
        }
        return ranges.isEmpty ? .bytes([]) : .parts(path: image.path, ranges: ranges)
    }

    /// The record of a folder that was moved: its own, which tells its length.
    private func movedFolder(at block: Int64, _ record: RecordFields) throws(OpticalImageError) -> RecordFields {
        let offset = block * volume.blockSize
        let what = "a moved folder"
        try image.check(offset, count: 34, of: what, statedAt: record.record.offset)
        let length = try image.bytes(at: offset, count: 1, of: what).byte(0, what)
        guard length >= 34 else { throw record.record.malformed(0, what, "has no record of its own") }
        let own = try RecordFields(try image.bytes(at: offset, count: Int(length), of: what))
        guard own.isFolder, own.name == [0], own.block == block else {
            throw own.record.malformed(0, what, "has a record of its own that is none")
        }
        return own
    }

    func rockRidge(_ record: RecordFields) throws(OpticalImageError) -> RockRidgeFields {
        try RockRidgeFields(
            try SystemUseEntries(record.systemUse, skipped: skipped, in: image, blockSize: volume.blockSize))
    }

    private func name(of record: RecordFields, _ fields: RockRidgeFields?) throws(OpticalImageError) -> FileName? {
        if let name = fields?.name { return FileName(name) }
        let bytes = names == .joliet ? RecordName.wide(record.name) : RecordName.plain(record.name)
        guard let name = FileName(bytes) else {
            throw record.record.malformed(33, "the name \"\(printable(bytes))\"", "is no file's name")
        }
        return name
    }
}
