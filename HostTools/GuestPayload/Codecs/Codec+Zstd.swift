// SPDX-License-Identifier: MIT

import CZstd

/// One zstd frame.
func unpackWithZstd(_ data: ArraySlice<UInt8>, capacity: Int) throws(CodecError) -> Unpacked {
    var consumed = 0
    // SAFETY: the library is given the lengths of both buffers and keeps to them.
    let bytes = try unsafe fillBuffer(from: data, capacity: capacity) { source, room in
        let length = unsafe ZSTD_findFrameCompressedSize(source.baseAddress, source.count)
        guard ZSTD_isError(length) == 0 else {
            return .failure(ZSTD_getErrorCode(length) == ZSTD_error_srcSize_wrong ? .truncated : .corrupted)
        }
        consumed = length
        let count = unsafe ZSTD_decompress(room.baseAddress, room.count, source.baseAddress, length)
        guard ZSTD_isError(count) != 0 else { return .success(count) }
        switch ZSTD_getErrorCode(count) {
        case ZSTD_error_dstSize_tooSmall: return .failure(.resultTooLarge)
        case ZSTD_error_srcSize_wrong: return .failure(.truncated)
        case ZSTD_error_memory_allocation: return .failure(.outOfMemory)
        default: return .failure(.corrupted)
        }
    }
    return Unpacked(bytes: bytes, consumed: consumed)
}
