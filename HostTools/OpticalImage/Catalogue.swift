// SPDX-License-Identifier: MIT

/// One of the two views of the image's files, with its names, and the sectors of its listings.
struct Catalogue<Names: VolumeNames> {
    let tree: DirectoryTree
    /// Folders in the order of the path table: by depth, then parent, then name (ECMA-119, section 6.9.1).
    let order: [Int]
    /// First sector and number of sectors of each folder's listing, by the folder's number in the tree.
    private(set) var listings: [(sector: Int, count: Int)]
    /// First sector of the path table with little-endian numbers; the big-endian one follows it.
    private(set) var pathTableSector = 0

    init(_ tree: DirectoryTree) {
        self.tree = tree
        var order = [0]
        var next = 0
        while next < order.count {
            order += tree.directories[order[next]].directories.sorted {
                Names.directory(tree.directories[$0].name).lexicographicallyPrecedes(
                    Names.directory(tree.directories[$1].name))
            }
            next += 1
        }
        self.order = order
        listings = tree.directories.map { _ in (0, 1) }
        // Lengths depend on names alone, so they are known before any place is.
        for folder in tree.directories.indices {
            listings[folder].count = sectors(for: listing(of: folder, fileSectors: [:]).count)
        }
    }

    /// Bytes of one path table.
    var pathTableSize: Int { pathTable(bigEndian: false).count }

    /// Takes the next sectors for the two path tables.
    mutating func placePathTables(at sector: inout Int) {
        pathTableSector = sector
        sector += 2 * sectors(for: pathTableSize)
    }

    /// Takes the next sectors for the listings, in path-table order.
    mutating func placeListings(at sector: inout Int) {
        for folder in order {
            listings[folder].sector = sector
            sector += listings[folder].count
        }
    }

    /// The path table: every folder with its place and the number of its parent (ECMA-119, section 9.4).
    func pathTable(bigEndian: Bool) -> [UInt8] {
        var numbers = [Int](repeating: 0, count: order.count)
        for (number, folder) in order.enumerated() { numbers[folder] = number + 1 }
        var table = SectorBytes()
        for folder in order {
            let name = folder == 0 ? [0] : Names.directory(tree.directories[folder].name)
            let sector = UInt32(truncatingIfNeeded: listings[folder].sector)
            let parent = UInt16(truncatingIfNeeded: numbers[tree.directories[folder].parent])
            table.append([UInt8(name.count), 0])
            table.appendLittleEndian(bigEndian ? sector.byteSwapped : sector)
            table.appendLittleEndian(bigEndian ? parent.byteSwapped : parent)
            table.append(name)
            if name.count & 1 == 1 { table.append(0) }
        }
        return table.bytes
    }

    /// The record of a folder under a given name.
    func record(of folder: Int, named name: [UInt8]) -> DirectoryRecord {
        DirectoryRecord(
            sector: UInt32(truncatingIfNeeded: listings[folder].sector),
            size: UInt32(truncatingIfNeeded: listings[folder].count * OpticalImage.sectorSize),
            isDirectory: true, name: name)
    }

    /// A folder's listing, sorted by name, itself and its parent first.
    func listing(of folder: Int, fileSectors: [Int: Int]) -> [UInt8] {
        let directory = tree.directories[folder]
        let folders = directory.directories.map { record(of: $0, named: Names.directory(tree.directories[$0].name)) }
        let files = directory.files.map { number in
            DirectoryRecord(
                sector: UInt32(truncatingIfNeeded: fileSectors[number] ?? 0),
                size: UInt32(truncatingIfNeeded: tree.files[number].size),
                isDirectory: false, name: Names.file(tree.files[number].name))
        }
        let sorted = (folders + files).sorted { $0.name.lexicographicallyPrecedes($1.name) }
        let own = [record(of: folder, named: [0]), record(of: directory.parent, named: [1])]
        return DirectoryRecord.listing(of: own + sorted)
    }
}
