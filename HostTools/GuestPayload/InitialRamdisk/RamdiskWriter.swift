// SPDX-License-Identifier: MIT
import FileTree

/// Writes a tree of files as an initial ramdisk, piece by piece: what the files hold is never in memory as a whole.
///
/// Linux unpacks owners, modes, hard links and device nodes as they stand in the archive, so none of it needs to exist on
/// the host, and nobody has to be the superuser.
public struct RamdiskWriter {
    private let tree: FileTree
    private let date: Int64?

    /// A writer of this tree.
    /// - Parameter date: what every file gets as its date, in seconds since 1970; nil keeps their own.
    public init(_ tree: FileTree, date: Int64? = nil) {
        self.tree = tree
        self.date = date
    }

    /// Hands the archive over, piece by piece.
    /// - Throws: when a file cannot be read, has 4 GiB or more, or `consume` throws.
    public func write(to consume: (ArraySlice<UInt8>) throws(HostFileError) -> Void) throws(HostFileError) {
        var count = 0
        func emit(_ bytes: [UInt8]) throws(HostFileError) {
            count += bytes.count
            try consume(bytes[...])
        }
        let visits = tree.visits
        var last: [FileTree.Number: Int] = [:]
        for (index, visit) in visits.enumerated() { last[visit.number] = index }
        for (index, visit) in visits.enumerated() {
            // Of a file's names the last one has the contents, as cpio has it.
            let isLast = last[visit.number] == index
            let (header, contents) = try entry(visit, hasContents: isLast)
            try emit(header)
            try contents.forEachChunk { chunk throws(HostFileError) in
                try consume(chunk)
                count += chunk.count
            }
            try emit([UInt8](repeating: 0, count: -count & 3))
        }
        try emit(NewcArchive.trailer)
        try emit([UInt8](repeating: 0, count: -count & 511))
    }

    /// Bytes of all files, which is nearly the length of the archive.
    public var contentSize: Int64 { tree.totalSize }

    /// The archive as a whole, for small trees.
    public func bytes() throws(HostFileError) -> [UInt8] {
        var all: [UInt8] = []
        try write { chunk throws(HostFileError) in all += chunk }
        return all
    }

    private func entry(
        _ visit: FileTree.Visit, hasContents: Bool
    ) throws(HostFileError) -> (header: [UInt8], contents: FileContents) {
        let node = tree[visit.number]
        var contents = FileContents.bytes([])
        switch node.kind {
        case .file(let file) where hasContents: contents = file
        case .symbolicLink(let target): contents = .bytes(target[...])
        default: break
        }
        guard let size = UInt32(exactly: contents.size) else {
            throw HostFileError(visit.path.description, .tooLong(limit: Int(UInt32.max)))
        }
        let folders = node.isFolder ? tree.entries(of: visit.number).count { tree[$0.node].isFolder } : 0
        return (
            NewcArchive.header(
                visit.path.bytes, kind: NewcArchive.Kind(node.kind), attributes: attributes(node),
                size: size, inode: UInt32(clamping: visit.number),
                links: node.isFolder ? 2 + UInt32(clamping: folders) : UInt32(clamping: visit.linkCount)),
            contents
        )
    }

    private func attributes(_ node: FileTree.Node) -> InitialRamdisk.Attributes {
        let attributes = node.attributes
        return InitialRamdisk.Attributes(
            permissions: attributes.permissions, user: attributes.user, group: attributes.group,
            modificationTime: UInt32(clamping: date ?? attributes.modificationTime))
    }
}
