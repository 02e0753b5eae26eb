// SPDX-License-Identifier: MIT

import CZstd

/// One or more zstd frames.
func unpackWithZstd(_ data: ArraySlice<UInt8>, capacity: Int) throws(CodecError) -> [UInt8] {
    // SAFETY: the library is given the lengths of both buffers and keeps to them.
    try unsafe fillBuffer(from: data, capacity: capacity) { source, room in
        let count = unsafe ZSTD_decompress(room.baseAddress, room.count, source.baseAddress, source.count)
        guard ZSTD_isError(count) != 0 else { return .success(count) }
        switch ZSTD_getErrorCode(count) {
        case ZSTD_error_dstSize_tooSmall: return .failure(.resultTooLarge)
        case ZSTD_error_srcSize_wrong: return .failure(.truncated)
        case ZSTD_error_memory_allocation: return .failure(.outOfMemory)
        default: return .failure(.corrupted)
        }
    }
}
