// SPDX-License-Identifier: MIT

import CLZMA

/// XZ streams with whatever filters they name, and the older LZMA format, which has no filters and no checksum.
func unpackWithLZMA(_ data: ArraySlice<UInt8>, isXZ: Bool, capacity: Int) throws(CodecError) -> Unpacked {
    let memoryLimit: UInt64 = 1 << 30
    // SAFETY: a zeroed stream is what the library wants to be given first; it is released on every way out. It holds
    // the lengths of both buffers, and does not outlive them.
    var consumed = 0
    let bytes = try unsafe fillBuffer(from: data, capacity: capacity) { source, room in
        var stream = unsafe lzma_stream()
        let start =
            unsafe isXZ
            ? lzma_stream_decoder(&stream, memoryLimit, 0) : lzma_alone_decoder(&stream, memoryLimit)
        defer { unsafe lzma_end(&stream) }
        guard start == LZMA_OK else { return .failure(.outOfMemory) }
        unsafe stream.next_in = source.baseAddress
        unsafe stream.avail_in = source.count
        unsafe stream.next_out = room.baseAddress
        unsafe stream.avail_out = room.count
        let result = unsafe lzma_code(&stream, LZMA_FINISH)
        consumed = data.count - (unsafe stream.avail_in)
        return unsafe outcome(of: result, room: stream.avail_out, capacity: room.count)
    }
    return Unpacked(bytes: bytes, consumed: consumed)
}

/// What the library's answer means, once it has been given all of the data and all of the room.
private func outcome(
    of result: lzma_ret, room: Int, capacity: Int
) -> Result<Int, CodecError> {
    switch result {
    case LZMA_STREAM_END: .success(capacity - room)
    case LZMA_OK, LZMA_BUF_ERROR: .failure(room == 0 ? .resultTooLarge : .truncated)
    case LZMA_MEM_ERROR, LZMA_MEMLIMIT_ERROR: .failure(.outOfMemory)
    default: .failure(.corrupted)
    }
}
