// SPDX-License-Identifier: MIT
import CDeflate
import CZlib

/// Negative means no header and no checksum. QEMU keeps 4 KiB of what it has unpacked; as it unpacks a cluster at once, data
/// that refers further back is read as well. Source: `zlib.h`; QEMU, `block/qcow2-threads.c`.
private let windowBits: Int32 = -12

/// Unpacks all of a cluster; nil when the data is damaged or gives another number of bytes.
func unpackDeflated(_ packed: [UInt8], count: Int) -> [UInt8]? {
    unpackWithLibdeflate(packed, count: count) ?? unpackWithZlib(packed, count: count)
}

/// Unpacks what is a whole deflate stream. What follows it in the last sector belongs to somebody else.
private func unpackWithLibdeflate(_ packed: [UInt8], count: Int) -> [UInt8]? {
    var isWhole = false
    // SAFETY: the decompressor is released on every way out; both buffers are given with their lengths, which the library
    // keeps to.
    let result = unsafe [UInt8](unsafeUninitializedCapacity: count) { room, filled in
        guard let decompressor = unsafe libdeflate_alloc_decompressor() else { return }
        defer { unsafe libdeflate_free_decompressor(decompressor) }
        var (read, written) = (0, 0)
        let result = unsafe packed.withUnsafeBytes { source in
            unsafe libdeflate_deflate_decompress_ex(
                decompressor, source.baseAddress, source.count, room.baseAddress, count, &read, &written)
        }
        isWhole = result == LIBDEFLATE_SUCCESS && written == count
        filled = isWhole ? count : 0
    }
    return isWhole ? result : nil
}

/// Unpacks as QEMU does, which is content with data that does not say that it ends.
private func unpackWithZlib(_ packed: [UInt8], count: Int) -> [UInt8]? {
    // SAFETY: a zeroed stream means the library's own allocator; it is released on every way out. The stream holds the
    // lengths of both buffers, which fit 32 bits, and does not outlive them.
    var isWhole = false
    let result = unsafe [UInt8](unsafeUninitializedCapacity: count) { room, filled in
        var stream = unsafe z_stream()
        guard unsafe inflateInit2_(&stream, windowBits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
        else { return }
        defer { unsafe inflateEnd(&stream) }
        unsafe packed.withUnsafeBufferPointer { source in
            unsafe stream.next_in = UnsafeMutablePointer(mutating: source.baseAddress)
            unsafe stream.avail_in = UInt32(source.count)
            unsafe stream.next_out = room.baseAddress
            unsafe stream.avail_out = UInt32(count)
            let result = unsafe inflate(&stream, Z_FINISH)
            // What counts is that a cluster has come out.
            let isEnd = result == Z_STREAM_END || result == Z_BUF_ERROR || result == Z_OK
            isWhole = unsafe isEnd && stream.avail_out == 0
        }
        filled = isWhole ? count : 0
    }
    return isWhole ? result : nil
}

/// Packs clusters with libdeflate: the same data gives the same bytes.
@safe final class DeflatePacker: ClusterPacker {
    /// At this level no result has been larger than that of zlib's standard level; at 7 some were, by a part in 10,000.
    private static let level: Int32 = 8
    private let compressor: OpaquePointer

    init() throws(DiskImageError) {
        guard let compressor = unsafe libdeflate_alloc_compressor(Self.level) else {
            throw .usage("libdeflate cannot get the memory that it needs")
        }
        unsafe self.compressor = compressor
    }

    // SAFETY: the compressor was made by `init`.
    deinit { unsafe libdeflate_free_compressor(compressor) }

    func pack(_ buffer: [UInt8], _ range: Range<Int>) -> [UInt8]? {
        precondition(range.lowerBound >= 0 && range.upperBound <= buffer.count && range.count > 0)
        // SAFETY: both buffers are given with their lengths, which the library keeps to.
        let packed = unsafe [UInt8](unsafeUninitializedCapacity: range.count - 1) { room, filled in
            unsafe buffer.withUnsafeBytes { source in
                guard let start = source.baseAddress else { return }
                // 0 means that the room does not suffice.
                filled = unsafe libdeflate_deflate_compress(
                    compressor, start + range.lowerBound, range.count, room.baseAddress, range.count - 1)
            }
        }
        return packed.isEmpty ? nil : packed
    }
}
