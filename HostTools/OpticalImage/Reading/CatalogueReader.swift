// SPDX-License-Identifier: MIT
import FileTree

/// Reads the folders of one of an image's catalogues into a tree.
struct CatalogueReader {
    let image: ImageBytes
    let volume: ImageVolumes.Volume
    let names: OpticalImageReader.Names
    /// How many bytes of each record's system use are not Rock Ridge's.
    let skipped: Int

    var tree = FileTree()
    var warnings: [String] = []

    /// Blocks at which a folder was read: none is read twice, so that no circle is walked.
    private var visited: Set<Int64> = []
    /// Bytes of all listings: together they are never longer than the image.
    private var listingBytes: Int64 = 0
    /// Bytes of all files, where those that share their data count each.
    var dataBytes: Int64 = 0
    var known: [SharedData: FileTree.Number] = [:]

    /// What the names of one file have in common.
    struct SharedData: Hashable {
        var contents: FileContents
        var attributes: FileAttributes
    }

    /// A folder that is still to be read.
    struct Waiting {
        var path: TreePath
        var node: FileTree.Number
        var record: RecordFields
    }

    init(
        _ image: ImageBytes, _ volume: ImageVolumes.Volume, names: OpticalImageReader.Names, skipped: Int
    ) {
        self.image = image
        self.volume = volume
        self.names = names
        self.skipped = skipped
    }

    /// Where in a record's system use Rock Ridge's entries begin; nil when the image has none.
    ///
    /// The root's own record begins with the announcement SP (P1281, section 5.3).
    static func rockRidgeOffset(
        _ volume: ImageVolumes.Volume, in image: ImageBytes
    ) throws(OpticalImageError) -> Int? {
        let root = try RecordFields(volume.root)
        let offset = root.block * volume.blockSize
        let length = try image.bytes(at: offset, count: 1, of: "the root folder").byte(0, "the root folder")
        guard length >= 34 else { return nil }
        let own = try RecordFields(try image.bytes(at: offset, count: Int(length), of: "the root folder's own record"))
        let use = own.systemUse.bytes
        // Some writers put 15 bytes for CD-ROM XA in front.
        for start in [0, 14, 15] where use.count >= start + 7 {
            guard Array(use[start..<start + 2]) == Array("SP".utf8), use[start + 4] == 0xBE, use[start + 5] == 0xEF
            else { continue }
            let entries = try SystemUseEntries(own.systemUse, skipped: start, in: image, blockSize: volume.blockSize)
            return entries.entries.contains { ["PX", "ER", "RR"].contains($0.signature) } ? Int(use[start + 6]) : nil
        }
        return nil
    }

    /// Reads every folder.
    mutating func readAll() throws(OpticalImageError) {
        var waiting = [Waiting(path: TreePath(), node: tree.root, record: try RecordFields(volume.root))]
        while let folder = waiting.popLast() { waiting += try read(folder) }
    }

    // MARK: A folder

    /// Reads a folder's listing, and returns the folders in it.
    private mutating func read(_ folder: Waiting) throws(OpticalImageError) -> [Waiting] {
        var folders: [Waiting] = []
        var pieces: [RecordFields] = []
        for record in try records(of: folder) {
            if record.isAssociated { continue }
            if record.isSelfOrParent {
                if record.name == [0] { try takeOwnAttributes(record, of: folder) }
                continue
            }
            pieces.append(record)
            guard !record.continues else { continue }
            if let more = try take(pieces, in: folder) { folders.append(more) }
            pieces = []
        }
        guard let left = pieces.first else { return folders }
        throw left.record.malformed(25, "a file in several pieces", "has no last piece")
    }

    private mutating func records(of folder: Waiting) throws(OpticalImageError) -> [RecordFields] {
        let record = folder.record
        let offset = record.block * volume.blockSize
        guard visited.insert(record.block).inserted else {
            throw record.record.malformed(2, "the folder \(folder.path)", "lies where another folder lies: a circle")
        }
        try image.check(
            offset, count: record.size, of: "the listing of \(folder.path)", statedAt: record.record.offset + 2)
        listingBytes += record.size
        guard listingBytes <= image.size else {
            throw record.record.malformed(10, "the listings", "are longer than the image")
        }
        let listing = try image.bytes(at: offset, count: Int(record.size), of: "the listing of \(folder.path)")
        var records: [RecordFields] = []
        var index = 0
        while index < listing.bytes.count {
            let length = Int(listing.bytes[index])
            // The rest of a sector is empty when the next record does not fit it.
            if length == 0 {
                index = (index / OpticalImage.sectorSize + 1) * OpticalImage.sectorSize
                continue
            }
            guard length >= 34 else {
                throw listing.malformed(index, "a record's length", "is \(length), less than 34")
            }
            records.append(try RecordFields(try listing.slice(index, length, "a record of \(folder.path)")))
            index += length
        }
        return records
    }

    private mutating func takeOwnAttributes(_ own: RecordFields, of folder: Waiting) throws(OpticalImageError) {
        guard names == .rockRidge else { return }
        let fields = try rockRidge(own)
        guard let mode = fields.mode else { return }
        tree[folder.node].attributes = FileAttributes(
            permissions: mode & 0o7777, user: fields.user, group: fields.group,
            modificationTime: fields.date ?? own.date)
    }
}
