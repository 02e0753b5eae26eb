// SPDX-License-Identifier: MIT

/// The entries of the System Use Sharing Protocol behind a record's name (IEEE P1281), with those in other sectors.
struct SystemUseEntries {
    /// An entry: its two letters, and all of its bytes.
    struct Entry {
        let signature: String
        let field: FieldBytes
    }

    private(set) var entries: [Entry] = []

    /// No file needs more entries, or more sectors for them.
    private static let maximumCount = 512
    private static let maximumContinuations = 64

    /// Reads the entries of a record.
    /// - Parameter skipped: how many bytes of each record are somebody else's.
    init(
        _ area: FieldBytes, skipped: Int, in image: ImageBytes, blockSize: Int64
    ) throws(OpticalImageError) {
        guard skipped <= area.bytes.count else { return }
        var next: FieldBytes? = try area.slice(skipped, area.bytes.count - skipped, "a record's system use")
        var continuations = 0
        while let area = next {
            next = try take(area, from: image, blockSize: blockSize)
            continuations += 1
            guard continuations <= Self.maximumContinuations else {
                throw area.malformed(
                    0, "the continuation of a record", "goes on in more than 64 places, or in a circle")
            }
        }
    }

    /// Takes the entries of an area. Returns where they go on.
    private mutating func take(
        _ area: FieldBytes, from image: ImageBytes, blockSize: Int64
    ) throws(OpticalImageError) -> FieldBytes? {
        var index = 0
        var next: FieldBytes?
        while area.bytes.count - index >= 4 {
            let length = Int(area.bytes[index + 2])
            // Zeros fill the rest of an area.
            if area.bytes[index] == 0 { break }
            guard length >= 4, length <= area.bytes.count - index else {
                throw area.malformed(index + 2, "the length of a system use entry", "is \(length), which does not fit")
            }
            let field = try area.slice(index, length, "a system use entry")
            let signature = String(decoding: field.bytes.prefix(2), as: UTF8.self)
            index += length
            if signature == "ST" { break }
            if signature == "CE" {
                next = try Self.continuation(field, in: image, blockSize: blockSize)
                continue
            }
            guard entries.count < Self.maximumCount else {
                throw field.malformed(0, "a record", "has more than \(Self.maximumCount) system use entries")
            }
            entries.append(Entry(signature: signature, field: field))
        }
        return next
    }

    private static func continuation(
        _ field: FieldBytes, in image: ImageBytes, blockSize: Int64
    ) throws(OpticalImageError) -> FieldBytes {
        let what = "the continuation of a record"
        let block = Int64(try field.bothEndian(4, what))
        let offset = Int64(try field.bothEndian(12, what))
        let length = Int64(try field.bothEndian(20, what))
        guard length <= 65_536 else { throw field.malformed(20, what, "has \(length) bytes, more than 65536") }
        try image.check(block * blockSize + offset, count: length, of: what, statedAt: field.offset + 4)
        return try image.bytes(at: block * blockSize + offset, count: Int(length), of: what)
    }
}
