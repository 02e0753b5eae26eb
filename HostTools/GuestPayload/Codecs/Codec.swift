// SPDX-License-Identifier: MIT

/// A form of compression in which kernels are packed, and how to undo it.
enum Codec: Equatable {
    case gzip
    case xz
    case lzma
    case lz4
    case zstd

    /// The form of `data`, recognised by its first bytes.
    init?(recognizing data: ArraySlice<UInt8>) {
        switch Array(data.prefix(6)) {
        case let head where head.starts(with: [0x1F, 0x8B]): self = .gzip
        case [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00]: self = .xz
        case let head where head.starts(with: [0x5D, 0x00, 0x00]): self = .lzma
        case let head where head.starts(with: [0x02, 0x21, 0x4C, 0x18]): self = .lz4
        case let head where head.starts(with: [0x28, 0xB5, 0x2F, 0xFD]): self = .zstd
        default: return nil
        }
    }

    /// The compressor's name, for messages.
    var name: String {
        switch self {
        case .gzip: "gzip"
        case .xz: "XZ"
        case .lzma: "LZMA"
        case .lz4: "LZ4"
        case .zstd: "zstd"
        }
    }

    /// Unpacks all of `data` into at most `capacity` bytes. Streams may follow one another, as `cat` puts them together.
    func unpack(_ data: ArraySlice<UInt8>, capacity: Int) throws(CodecError) -> [UInt8] {
        let unpacked = try unpackFront(of: data, capacity: capacity)
        guard unpacked.consumed == data.count else { throw .corrupted }
        return unpacked.bytes
    }

    /// Unpacks the streams of this form with which `data` begins into at most `capacity` bytes.
    func unpackFront(of data: ArraySlice<UInt8>, capacity: Int) throws(CodecError) -> Unpacked {
        var all = try unpackStream(data, capacity: capacity)
        while Codec(recognizing: data.dropFirst(all.consumed)) == self {
            let next = try unpackStream(data.dropFirst(all.consumed), capacity: capacity - all.bytes.count)
            all.bytes += next.bytes
            all.consumed += next.consumed
        }
        return all
    }

    private func unpackStream(_ data: ArraySlice<UInt8>, capacity: Int) throws(CodecError) -> Unpacked {
        switch self {
        case .gzip: try unpackWithZlib(data, capacity: capacity)
        case .xz, .lzma: try unpackWithLZMA(data, isXZ: self == .xz, capacity: capacity)
        case .lz4: try unpackWithLZ4(data, capacity: capacity)
        case .zstd: try unpackWithZstd(data, capacity: capacity)
        }
    }

    /// Unpacks all of `data`, of which nobody knows how much it will be, into at most `limit` bytes.
    func unpack(_ data: ArraySlice<UInt8>, limit: Int) throws(CodecError) -> [UInt8] {
        let unpacked = try unpackFront(of: data, limit: limit)
        guard unpacked.consumed == data.count else { throw .corrupted }
        return unpacked.bytes
    }

    /// Unpacks the streams with which `data` begins into at most `limit` bytes.
    ///
    /// The room is doubled until the result fits, so that small data never asks for much memory.
    func unpackFront(of data: ArraySlice<UInt8>, limit: Int) throws(CodecError) -> Unpacked {
        var capacity = min(limit, max(1 << 20, data.count))
        while true {
            do throws(CodecError) {
                return try unpackFront(of: data, capacity: capacity)
            } catch .resultTooLarge where capacity < limit {
                capacity = min(limit, capacity * 2)
            }
        }
    }
}
