// SPDX-License-Identifier: MIT
import CZstd

/// Unpacks all of a cluster; nil when the data is damaged or gives another number of bytes.
func unpackWithZstd(_ packed: [UInt8], count: Int) -> [UInt8]? {
    // SAFETY: the context is released on every way out; both buffers are given with their lengths, which the library
    // keeps to.
    var isWhole = false
    let result = unsafe [UInt8](unsafeUninitializedCapacity: count) { room, filled in
        guard let context = unsafe ZSTD_createDCtx() else { return }
        defer { unsafe ZSTD_freeDCtx(context) }
        unsafe packed.withUnsafeBytes { source in
            var input = unsafe ZSTD_inBuffer(src: source.baseAddress, size: source.count, pos: 0)
            var output = unsafe ZSTD_outBuffer(dst: room.baseAddress, size: count, pos: 0)
            // The frame may end before the last sector does; the stream decoder stops there.
            while unsafe output.pos < output.size {
                let (before, written) = unsafe (input.pos, output.pos)
                let rest = unsafe ZSTD_decompressStream(context, &output, &input)
                guard ZSTD_isError(rest) == 0 else { return }
                if rest == 0 { break }
                if unsafe input.pos == before && output.pos == written { return }
            }
            isWhole = unsafe output.pos == count
        }
        filled = isWhole ? count : 0
    }
    return isWhole ? result : nil
}

/// Packs clusters with Zstandard's standard level, as QEMU does.
@safe final class ZstdPacker: ClusterPacker {
    private let context: OpaquePointer
    private let clusterSize: Int

    init(clusterSize: Int) throws(DiskImageError) {
        self.clusterSize = clusterSize
        guard let context = unsafe ZSTD_createCCtx() else {
            throw .usage("zstd cannot get the memory that it needs")
        }
        unsafe self.context = context
    }

    // SAFETY: the context was made by `init`.
    deinit { unsafe ZSTD_freeCCtx(context) }

    func pack(_ buffer: [UInt8], _ range: Range<Int>) -> [UInt8]? {
        precondition(range.lowerBound >= 0 && range.upperBound <= buffer.count && range.count <= clusterSize)
        var isPacked = false
        // SAFETY: both buffers are given with their lengths, which the library keeps to.
        let packed = unsafe [UInt8](unsafeUninitializedCapacity: range.count - 1) { room, filled in
            unsafe buffer.withUnsafeBytes { source in
                guard let start = source.baseAddress else { return }
                let count = unsafe ZSTD_compressCCtx(
                    context, room.baseAddress, range.count - 1, start + range.lowerBound, range.count,
                    ZSTD_CLEVEL_DEFAULT)
                isPacked = ZSTD_isError(count) == 0
                filled = isPacked ? count : 0
            }
        }
        return isPacked ? packed : nil
    }
}
