// SPDX-License-Identifier: MIT
import FileTree

/// The files of an image, and where their data lies.
struct FilePlaces {
    /// A piece of a file that one record describes.
    struct Extent {
        var sector: Int
        var size: Int64
    }

    /// The longest piece that a record can describe and that fills its sectors.
    static let maximumExtent = Int64(UInt32.max) & ~2047

    let tree: FileTree
    /// The files that have data, in the order in which it lies on the disc.
    private(set) var order: [FileTree.Number] = []
    private let dates: OpticalImage.Dates
    private var sectors: [FileTree.Number: Int] = [:]
    private var links: [FileTree.Number: Int] = [:]
    private let latestDate: Int64

    init(_ tree: FileTree, dates: OpticalImage.Dates) {
        self.tree = tree
        self.dates = dates
        var latest = tree[tree.root].attributes.modificationTime
        for visit in tree.visits {
            latest = max(latest, tree[visit.number].attributes.modificationTime)
            links[visit.number] = visit.linkCount
            // A folder's name, its own dot, and the two dots of each folder in it.
            if tree[visit.number].isFolder { links[visit.number] = Self.folderLinks(visit.number, tree) }
            guard visit.isFirst, case .file(let contents) = tree[visit.number].kind, contents.size > 0 else { continue }
            order.append(visit.number)
        }
        links[tree.root] = Self.folderLinks(tree.root, tree)
        latestDate = latest
    }

    private static func folderLinks(_ number: FileTree.Number, _ tree: FileTree) -> Int {
        2 + tree[number].entries.values.count { tree[$0].isFolder }
    }

    /// Takes the next sectors for the data of all files.
    mutating func place(at sector: inout Int) {
        for number in order {
            sectors[number] = sector
            sector += Self.sectorCount(size(of: number))
        }
    }

    /// A file's length in bytes; 0 for what is no file.
    func size(of number: FileTree.Number) -> Int64 {
        guard case .file(let contents) = tree[number].kind else { return 0 }
        return contents.size
    }

    /// A file's pieces; an empty one for what has no data.
    func extents(of number: FileTree.Number) -> [Extent] {
        let size = size(of: number)
        guard size > 0 else { return [Extent(sector: 0, size: 0)] }
        let first = sectors[number] ?? 0
        return stride(from: 0, to: size, by: Int64.Stride(Self.maximumExtent)).map { start in
            Extent(
                sector: first + Int(start / Int64(OpticalImage.sectorSize)), size: min(size - start, Self.maximumExtent)
            )
        }
    }

    /// How many names the node has.
    func linkCount(of number: FileTree.Number) -> Int { links[number] ?? 1 }

    /// The date that a node gets.
    func date(of number: FileTree.Number) -> Int64 { date(tree[number].attributes.modificationTime) }

    /// The date that the image gets.
    var imageDate: Int64 { date(latestDate) }

    private func date(_ own: Int64) -> Int64 {
        switch dates {
        case .fixed(let date): date
        case .own(let latest): latest.map { min(own, $0) } ?? own
        }
    }

    static func sectorCount(_ size: Int64) -> Int {
        Int((size + Int64(OpticalImage.sectorSize) - 1) / Int64(OpticalImage.sectorSize))
    }
}
