// SPDX-License-Identifier: MIT
import FileTree

/// An image file, and numbers out of it that are known to lie in it.
struct ImageBytes {
    let path: String
    private let file: HostFile

    /// Bytes of the whole file.
    var size: Int64 { file.size }

    init(path: String) throws(OpticalImageError) {
        self.path = path
        do throws(HostFileError) { file = try HostFile(reading: path) } catch { throw .host(error) }
    }

    /// The bytes of a field. A field that does not lie in the file is an error, before any memory is taken for it.
    func bytes(at offset: Int64, count: Int, of field: String) throws(OpticalImageError) -> FieldBytes {
        try check(offset, count: Int64(count), of: field, statedAt: offset)
        let bytes: [UInt8]
        do throws(HostFileError) { bytes = try file.read(count, at: offset) } catch { throw .host(error) }
        guard bytes.count == count else {
            throw .malformed(path: path, offset: offset, field: field, rule: "is cut off by the end of the file")
        }
        return FieldBytes(path: path, offset: offset, bytes: bytes)
    }

    /// Checks that a range lies in the file.
    /// - Parameter stated: where the image says so, for the message.
    func check(
        _ offset: Int64, count: Int64, of field: String, statedAt stated: Int64
    ) throws(OpticalImageError) {
        guard offset >= 0, count >= 0, offset <= size, count <= size - offset else {
            throw .malformed(
                path: path, offset: stated, field: field,
                rule: "is to lie at bytes \(offset) to \(offset &+ count), but the file has \(size)")
        }
    }
}

/// Bytes of an image, with the place that they come from. Reading outside of them is an error, not a trap.
struct FieldBytes {
    let path: String
    /// Where the first byte lies in the file.
    let offset: Int64
    let bytes: [UInt8]

    /// A byte.
    func byte(_ index: Int, _ field: String) throws(OpticalImageError) -> UInt8 {
        guard bytes.indices.contains(index) else {
            throw malformed(bytes.count, field, "is cut off by the end of what holds it")
        }
        return bytes[index]
    }

    /// Some bytes.
    func slice(_ index: Int, _ count: Int, _ field: String) throws(OpticalImageError) -> FieldBytes {
        guard index >= 0, count >= 0, index <= bytes.count, count <= bytes.count - index else {
            throw malformed(index, field, "is cut off by the end of what holds it")
        }
        return FieldBytes(path: path, offset: offset + Int64(index), bytes: Array(bytes[index..<index + count]))
    }

    /// A number, least significant byte first; of a number in both orders this is the first half.
    func number(_ index: Int, bytes count: Int, _ field: String) throws(OpticalImageError) -> UInt32 {
        try slice(index, count, field).bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// A number of 32 bits in both byte orders, which have to agree (ECMA-119, section 7.3.3).
    func bothEndian(_ index: Int, _ field: String) throws(OpticalImageError) -> UInt32 {
        let little = try number(index, bytes: 4, field)
        let big = try number(index + 4, bytes: 4, field).byteSwapped
        guard little == big else {
            throw malformed(index, field, "is \(little) in one byte order and \(big) in the other")
        }
        return little
    }

    /// An error about a field at an index.
    func malformed(_ index: Int, _ field: String, _ rule: String) -> OpticalImageError {
        .malformed(path: path, offset: offset + Int64(index), field: field, rule: rule)
    }
}
