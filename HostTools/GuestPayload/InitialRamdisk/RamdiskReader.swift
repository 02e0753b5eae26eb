// SPDX-License-Identifier: MIT
import FileTree

/// The files of an initial ramdisk, compressed or not, in as many archives as there are behind each other.
///
/// That is what Linux takes: archives, compressed archives, and zeros between them; of a path that comes several times the
/// last counts. Source: Linux `Documentation/driver-api/early-userspace/buffer-format.rst`.
public struct RamdiskReader: Sendable {
    /// A part of the ramdisk.
    public struct Part: Sendable {
        /// Where it lies in the file.
        public let range: Range<Int>
        /// The compressor's name, or nil where there was none.
        public let compression: String?
        /// What this part alone holds.
        public let tree: FileTree
    }

    /// No ramdisk unpacks to more, in bytes.
    public static let maximumSize = 1 << 30
    /// No ramdisk has more parts.
    private static let maximumParts = 64

    /// The parts, in their order.
    public private(set) var parts: [Part] = []
    /// What all parts together give.
    public private(set) var tree = FileTree()

    /// Whether a file looks like an initial ramdisk: an archive, or something compressed.
    public static func isRamdisk(_ contents: [UInt8]) -> Bool {
        NewcReader.isArchive(contents[...]) || Codec(recognizing: contents[...]) != nil
    }

    /// Reads a ramdisk; messages call it `name`.
    public init(contents: [UInt8], name: String) throws(RamdiskReaderError) {
        var offset = 0
        var room = Self.maximumSize
        while let start = contents[offset...].firstIndex(where: { $0 != 0 }) {
            guard parts.count < Self.maximumParts else {
                throw RamdiskReaderError(file: name, offset: start, rule: "has more than \(Self.maximumParts) parts")
            }
            let rest = contents[start...]
            var part = FileTree()
            var compression: String?
            if NewcReader.isArchive(rest) {
                offset = try NewcReader.read(rest, name: name, into: &part)
                _ = try NewcReader.read(rest, name: name, into: &tree)
            } else {
                let unpacked = try Self.unpack(rest, name: name, room: room)
                room -= unpacked.bytes.count
                compression = unpacked.codec.name
                try Self.readAll(unpacked.bytes, name: name, into: &part)
                try Self.readAll(unpacked.bytes, name: name, into: &tree)
                offset = start + unpacked.consumed
            }
            parts.append(Part(range: start..<offset, compression: compression, tree: part))
        }
        guard !parts.isEmpty else { throw RamdiskReaderError(file: name, offset: 0, rule: "is empty") }
    }

    private static func unpack(
        _ data: ArraySlice<UInt8>, name: String, room: Int
    ) throws(RamdiskReaderError) -> (codec: Codec, bytes: [UInt8], consumed: Int) {
        guard let codec = Codec(recognizing: data) else {
            throw RamdiskReaderError(
                file: name, offset: data.startIndex, rule: "is neither a cpio archive (newc) nor compressed")
        }
        do throws(CodecError) {
            let unpacked = try codec.unpackFront(of: data, limit: room)
            return (codec, unpacked.bytes, unpacked.consumed)
        } catch {
            throw RamdiskReaderError(
                file: name, offset: data.startIndex, rule: "the \(codec.name) data \(error.rule(limit: room))")
        }
    }

    /// The archives that a compressed part unpacks to.
    private static func readAll(
        _ bytes: [UInt8], name: String, into tree: inout FileTree
    ) throws(RamdiskReaderError) {
        var offset = 0
        while let start = bytes[offset...].firstIndex(where: { $0 != 0 }) {
            offset = try NewcReader.read(bytes[start...], name: name, into: &tree)
        }
    }
}

extension CodecError {
    /// What is wrong with the data, behind its name.
    func rule(limit: Int) -> String {
        switch self {
        case .truncated: "ends too early"
        case .corrupted: "is damaged"
        case .resultTooLarge: "unpacks to more than \(limit) bytes"
        case .outOfMemory: "needs more memory to unpack than there is"
        }
    }
}
