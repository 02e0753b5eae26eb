// SPDX-License-Identifier: MIT
import FileTree

/// One of the two views of the image's files: its folders with their names, and the sectors of their listings.
struct Catalogue<Names: VolumeNames> {
    /// A name in a folder's listing.
    struct Entry {
        /// The bytes in the record, without the version number.
        var name: [UInt8]
        /// The name as it was given.
        var fileName: FileName
        var node: FileTree.Number
        /// The folder's place in ``Catalogue/folders``, if it is one.
        var folder: Int?
    }

    /// A folder. The root is its own parent.
    struct Folder {
        var name: [UInt8]
        var node: FileTree.Number
        var parent: Int
        var entries: [Entry] = []
        /// First sector and number of sectors of the listing.
        var sector = 0
        var sectorCount = 0
    }

    /// Folders in the order of the path table: by depth, then parent, then name (ECMA-119, section 6.9.1).
    private(set) var folders: [Folder]
    /// First sector of the path table with little-endian numbers; the big-endian one follows it.
    private(set) var pathTableSector = 0

    init(_ tree: FileTree) throws(OpticalImageError) {
        folders = [Folder(name: [0], node: tree.root, parent: 0)]
        var next = 0
        while next < folders.count {
            var entries = Self.entries(of: folders[next].node, in: tree)
            for index in entries.indices where tree[entries[index].node].isFolder {
                entries[index].folder = folders.count
                folders.append(Folder(name: entries[index].name, node: entries[index].node, parent: next))
            }
            folders[next].entries = entries
            next += 1
        }
        // The path table numbers parents in 16 bits (ECMA-119, section 9.4.4).
        guard folders.count <= Int(UInt16.max) else { throw .tooManyFolders(folders.count) }
    }

    private static func entries(of folder: FileTree.Number, in tree: FileTree) -> [Entry] {
        let known = tree.entries(of: folder).filter { Names.holds(tree[$0.node].kind) }
        let names = Names.unique(known.map { ($0.name, tree[$0.node].isFolder) })
        return zip(known, names).map { Entry(name: $1, fileName: $0.name, node: $0.node) }
            .sorted { $0.name.lexicographicallyPrecedes($1.name) }
    }

    /// Bytes of one path table.
    var pathTableSize: Int { folders.reduce(0) { $0 + 8 + ($1.name.count + 1) & ~1 } }

    /// Takes the next sectors for the two path tables.
    mutating func placePathTables(at sector: inout Int) {
        pathTableSector = sector
        sector += 2 * sectors(for: pathTableSize)
    }

    /// Takes the next sectors for the listings, in path-table order.
    /// - Parameter length: the bytes of a folder's listing, which depend on names alone.
    mutating func placeListings(at sector: inout Int, length: (Int) -> Int) {
        for index in folders.indices {
            folders[index].sector = sector
            folders[index].sectorCount = sectors(for: length(index))
            sector += folders[index].sectorCount
        }
    }

    /// The path table: every folder with its place and the number of its parent (ECMA-119, section 9.4).
    func pathTable(bigEndian: Bool) -> [UInt8] {
        var table = SectorBytes()
        for folder in folders {
            let sector = UInt32(truncatingIfNeeded: folder.sector)
            let parent = UInt16(truncatingIfNeeded: folder.parent + 1)
            table.append([UInt8(folder.name.count), 0])
            table.appendLittleEndian(bigEndian ? sector.byteSwapped : sector)
            table.appendLittleEndian(bigEndian ? parent.byteSwapped : parent)
            table.append(folder.name)
            if folder.name.count & 1 == 1 { table.append(0) }
        }
        return table.bytes
    }
}
