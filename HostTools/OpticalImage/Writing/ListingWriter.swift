// SPDX-License-Identifier: MIT
import FileTree

/// Makes the records of one catalogue's folders.
struct ListingWriter<Names: VolumeNames> {
    let catalogue: Catalogue<Names>
    let files: FilePlaces
    /// Takes what does not fit a record; nil where the catalogue has no Rock Ridge.
    var area: ContinuationArea?

    /// A folder's listing: itself, its parent, and its entries by name, none of them across the end of a sector.
    mutating func listing(of index: Int) -> [UInt8] {
        let folder = catalogue.folders[index]
        var listing = SectorBytes()
        append(folderRecord(index, named: [0], fileName: nil), to: &listing)
        append(folderRecord(folder.parent, named: [1], fileName: nil), to: &listing)
        for entry in folder.entries {
            if let child = entry.folder {
                append(folderRecord(child, named: entry.name, fileName: entry.fileName), to: &listing)
            } else {
                for record in fileRecords(entry) { append(record, to: &listing) }
            }
        }
        listing.padToSector()
        return listing.bytes
    }

    private func append(_ record: DirectoryRecord, to listing: inout SectorBytes) {
        let bytes = record.encoded
        let room = OpticalImage.sectorSize - listing.bytes.count % OpticalImage.sectorSize
        if bytes.count > room { listing.padToSector() }
        listing.append(bytes)
    }

    private mutating func folderRecord(_ index: Int, named name: [UInt8], fileName: FileName?) -> DirectoryRecord {
        let folder = catalogue.folders[index]
        var entries = systemUse(folder.node, fileName)
        if index == 0, name == [0] { entries = [RockRidge.announcement] + entries + [RockRidge.reference] }
        return DirectoryRecord(
            sector: UInt32(truncatingIfNeeded: folder.sector),
            size: UInt32(truncatingIfNeeded: folder.sectorCount * OpticalImage.sectorSize), isDirectory: true,
            date: files.date(of: folder.node), name: name, systemUse: pack(entries, name))
    }

    /// A file's records: one for each 4 GiB that it has.
    private mutating func fileRecords(_ entry: Catalogue<Names>.Entry) -> [DirectoryRecord] {
        let name = entry.name + Names.bytes(Array(";1".utf16))
        let entries = systemUse(entry.node, entry.fileName)
        let extents = files.extents(of: entry.node)
        return extents.enumerated().map { index, extent in
            DirectoryRecord(
                sector: UInt32(truncatingIfNeeded: extent.sector), size: UInt32(truncatingIfNeeded: extent.size),
                continues: index + 1 < extents.count, date: files.date(of: entry.node), name: name,
                systemUse: pack(entries, name))
        }
    }

    /// What Rock Ridge has to say about a node.
    private func systemUse(_ number: FileTree.Number, _ fileName: FileName?) -> [[UInt8]] {
        let node = files.tree[number]
        var entries = [
            RockRidge.attributes(node, number: number, linkCount: files.linkCount(of: number)),
            RockRidge.times(files.date(of: number)),
        ]
        if let fileName { entries += RockRidge.name(fileName) }
        switch node.kind {
        case .symbolicLink(let target): entries += RockRidge.link(to: target)
        case .characterDevice(let device), .blockDevice(let device): entries.append(RockRidge.device(device))
        default: break
        }
        return entries
    }

    private mutating func pack(_ entries: [[UInt8]], _ name: [UInt8]) -> [UInt8] {
        let room = DirectoryRecord.maximumLength - DirectoryRecord.baseLength(nameLength: name.count)
        return area?.pack(entries[...], room: room) ?? []
    }
}
