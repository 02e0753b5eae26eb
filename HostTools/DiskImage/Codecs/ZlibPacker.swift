// SPDX-License-Identifier: MIT
import CZlib

/// qcow2's readers keep 4 KiB of what they have unpacked; negative means no header and no checksum. Source: `zlib.h`.
private let windowBits: Int32 = -12

/// Unpacks all of a cluster; nil when the data is damaged or gives another number of bytes.
func unpackWithZlib(_ packed: [UInt8], count: Int) -> [UInt8]? {
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
            // The data need not say that it ends: what counts is that a cluster has come out. What follows in the last
            // sector belongs to somebody else.
            let isEnd = result == Z_STREAM_END || result == Z_BUF_ERROR || result == Z_OK
            isWhole = unsafe isEnd && stream.avail_out == 0
        }
        filled = isWhole ? count : 0
    }
    return isWhole ? result : nil
}

/// Packs clusters with zlib's standard level, as QEMU does: the same data gives the same bytes.
@safe final class ZlibPacker: ClusterPacker {
    private var stream: z_stream
    private let clusterSize: Int

    init(clusterSize: Int) throws(DiskImageError) {
        self.clusterSize = clusterSize
        // SAFETY: a zeroed stream means the library's own allocator; `deinit` releases it.
        unsafe stream = z_stream()
        guard
            unsafe deflateInit2_(
                &stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, windowBits, 9, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
                Int32(MemoryLayout<z_stream>.size)) == Z_OK
        else { throw .usage("zlib cannot get the memory that it needs") }
    }

    // SAFETY: the stream was set up by `init`.
    deinit { unsafe deflateEnd(&stream) }

    func pack(_ buffer: [UInt8], _ range: Range<Int>) -> [UInt8]? {
        precondition(range.lowerBound >= 0 && range.upperBound <= buffer.count && range.count <= clusterSize)
        var isPacked = false
        // SAFETY: the stream holds the lengths of both buffers, which fit 32 bits; they live until the call returns.
        let packed = unsafe [UInt8](unsafeUninitializedCapacity: range.count - 1) { room, filled in
            unsafe buffer.withUnsafeBufferPointer { source in
                unsafe deflateReset(&stream)
                unsafe stream.next_in = UnsafeMutablePointer(
                    mutating: source.baseAddress.map { unsafe $0 + range.lowerBound })
                unsafe stream.avail_in = UInt32(range.count)
                unsafe stream.next_out = room.baseAddress
                unsafe stream.avail_out = UInt32(range.count - 1)
                isPacked = unsafe deflate(&stream, Z_FINISH) == Z_STREAM_END
                filled = isPacked ? range.count - 1 - Int(unsafe stream.avail_out) : 0
            }
        }
        return isPacked ? packed : nil
    }
}
