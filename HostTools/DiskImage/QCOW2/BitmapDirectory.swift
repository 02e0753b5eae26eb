// SPDX-License-Identifier: MIT

/// A persistent bitmap: which parts of the disk were written to since some moment. Source: qcow2.txt, "Bitmaps".
public struct PersistentBitmap: Equatable, Sendable {
    /// Where its table lies.
    let tableOffset: HostOffset
    /// Entries of its table.
    let tableCount: UInt32
    let flags: UInt32
    /// Its name.
    public let name: String
    /// Bytes of the disk for a bit.
    public let granularity: UInt64
    /// Its entry in the directory, as it lies in the file, with padding.
    let entry: [UInt8]

    /// Bit 0: it was not saved correctly.
    public var isInUse: Bool { flags & 1 != 0 }
    /// Bit 1: it has to follow all changes of the disk.
    public var isEnabled: Bool { flags & 2 != 0 }
}

extension PersistentBitmap {
    /// The bitmap of an entry of the directory, which ends with its name.
    fileprivate init(_ bytes: [UInt8], nameCount: Int) {
        tableOffset = HostOffset(bytes.bigEndian(at: 0))
        tableCount = bytes.bigEndian(at: 8)
        flags = bytes.bigEndian(at: 12)
        granularity = 1 << UInt64(bytes[17])
        name = String(decoding: bytes.suffix(nameCount), as: UTF8.self)
        entry = bytes + [UInt8](repeating: 0, count: (8 - bytes.count % 8) % 8)
    }
}

/// The bitmaps of an image, and where their directory lies.
struct BitmapDirectory {
    var offset: HostOffset
    var size: UInt64
    var bitmaps: [PersistentBitmap]
}

extension QCOW2Image {
    /// The image's bitmaps; nil when there are none that agree with the disk.
    func bitmapDirectory() throws(DiskImageError) -> BitmapDirectory? {
        guard header.autoclear.contains(.bitmaps) else { return nil }
        guard let data = header[.bitmaps], data.count >= 24 else {
            throw rules.broken(
                "autoclear_features", at: 88, "bit 0 must be clear when there is no bitmaps extension of 24 bytes")
        }
        let count: UInt32 = data.bigEndian(at: 0)
        let size: UInt64 = data.bigEndian(at: 8)
        let offset = HostOffset(data.bigEndian(at: 16))
        try rules.require(1...QCOW2Limits.bitmaps ~= count, "nb_bitmaps", at: 0, "\(count) must be 1 to 65535")
        try rules.require(
            size <= QCOW2Limits.bitmapDirectoryBytes, "bitmap_directory_size", at: 0, "\(size) must not exceed 64 MiB")
        try rules.requireTable(
            "bitmap_directory_offset", at: 0, offset: offset, bytes: size, fileSize: try file.size(), geometry: geometry
        )
        return BitmapDirectory(
            offset: offset, size: size,
            bitmaps: try apart(try bitmaps(in: try file.read(Int(size), at: offset), count, at: offset), at: offset))
    }

    private func bitmaps(
        in bytes: [UInt8], _ count: UInt32, at offset: HostOffset
    ) throws(DiskImageError) -> [PersistentBitmap] {
        var result: [PersistentBitmap] = []
        var position = 0
        for index in 0..<count {
            let (field, place) = ("bitmap \(index)", offset.bytes + UInt64(position))
            try rules.require(position + 24 <= bytes.count, field, at: place, "the entry must lie within the directory")
            let nameCount = Int(bytes.bigEndian(UInt16.self, at: position + 18))
            let extra = Int(bytes.bigEndian(UInt32.self, at: position + 20))
            let end = position + 24 + extra + nameCount
            try rules.require(
                end <= bytes.count && nameCount > 0, field, at: place,
                "the entry must have a name and lie within the directory")
            try rules.require(bytes[position + 17] <= 63, field, at: place + 17, "granularity_bits must not exceed 63")
            let bitmap = PersistentBitmap(Array(bytes[position..<end]), nameCount: nameCount)
            try check(bitmap, field, at: place)
            result.append(bitmap)
            position = (end + 7) / 8 * 8
        }
        return result
    }

    /// The bitmaps, whose tables must not lie in one another: that would make a small file long work.
    private func apart(
        _ bitmaps: [PersistentBitmap], at offset: HostOffset
    ) throws(DiskImageError) -> [PersistentBitmap] {
        var end = HostOffset.zero
        for bitmap in bitmaps.sorted(by: { $0.tableOffset < $1.tableOffset }) where bitmap.tableCount > 0 {
            try rules.require(
                bitmap.tableOffset >= end, "bitmap_directory", at: offset.bytes,
                "the table of bitmap \"\(bitmap.name)\" at \(bitmap.tableOffset.bytes) must not overlap another's")
            end = bitmap.tableOffset + UInt64(bitmap.tableCount) * 8
        }
        return bitmaps
    }

    private func check(_ bitmap: PersistentBitmap, _ field: String, at place: UInt64) throws(DiskImageError) {
        try rules.require(bitmap.flags >> 3 == 0, field, at: place + 12, "bits 3 to 31 of the flags must be 0")
        try rules.require(
            UInt64(bitmap.tableCount) * clusterSize <= QCOW2Limits.bitmapBytes, field, at: place + 8,
            "the bits, \(bitmap.tableCount) clusters of them, must not exceed 512 MiB")
        try rules.require(bitmap.entry[16] == 1, field, at: place + 16, "type \(bitmap.entry[16]) must be 1")
        try rules.requireTable(
            field, at: place, offset: bitmap.tableOffset, bytes: UInt64(bitmap.tableCount) * 8,
            fileSize: try file.size(), geometry: geometry)
        let due = geometry.clusters(virtualSize.pieces(of: bitmap.granularity).pieces(of: 8))
        try rules.require(
            bitmap.isInUse || UInt64(bitmap.tableCount) == due, field, at: place + 8,
            "a table of \(bitmap.tableCount) entries must have one for each of the \(due) clusters that the bits take")
    }

    /// The clusters that hold a bitmap's bits.
    func clusters(of bitmap: PersistentBitmap) throws(DiskImageError) -> [HostOffset] {
        let bytes = UInt64(bitmap.tableCount) * 8
        // A table in a hole of the file has no entries.
        let extent = file.extent(at: bitmap.tableOffset, limit: bytes)
        guard bytes > 0, extent.isData || extent.count < bytes else { return [] }
        let table = TableBytes.numbers(try file.read(Int(bytes), at: bitmap.tableOffset))
        var result: [HostOffset] = []
        // 0 stands for a cluster of zeros, 1 for one of ones.
        for (index, entry) in table.enumerated() where entry > 1 {
            let offset = HostOffset(entry & L2Entry.offsetMask)
            try rules.require(
                entry & ~L2Entry.offsetMask == 0 && geometry.isAligned(offset) && offset.bytes < mappingRules.fileEnd,
                "bitmap table entry",
                at: bitmap.tableOffset.bytes + UInt64(index) * 8, "\(entry) must be the offset of a cluster of the file"
            )
            result.append(offset)
        }
        return result
    }

    /// The image's bitmaps.
    public func bitmaps() throws(DiskImageError) -> [PersistentBitmap] { try bitmapDirectory()?.bitmaps ?? [] }

    /// Refuses a change of the disk that the image's bitmaps would have to follow.
    func requireNoBitmaps(for operation: String) throws(DiskImageError) {
        let names = try bitmaps().map { "\"\($0.name)\"" }
        guard names.isEmpty else {
            throw .refused(
                file: path,
                reason:
                    "its persistent bitmaps (\(names.joined(separator: ", "))) would no longer agree with the disk after "
                    + "\(operation); keeping them up to date is not supported. Remove them: apus image bitmap --remove NAME \(path)"
            )
        }
    }
}
