// SPDX-License-Identifier: MIT

import CZlib

/// With this window size zlib reads and writes gzip's header and trailer. Source: `zlib.h`, `inflateInit2`.
private let gzipWindow: Int32 = 15 + 16

/// One gzip member.
func unpackWithZlib(_ data: ArraySlice<UInt8>, capacity: Int) throws(CodecError) -> Unpacked {
    guard let size = UInt32(exactly: data.count), let roomSize = UInt32(exactly: capacity) else {
        throw .resultTooLarge
    }
    // SAFETY: a zeroed stream means the library's own allocator; it is released on every way out. The stream holds
    // the lengths of both buffers, and does not outlive them. The library only reads from the input, although C has
    // no way to say so here.
    var consumed = 0
    let bytes = try unsafe fillBuffer(from: data, capacity: capacity) { source, room in
        var stream = unsafe z_stream()
        guard unsafe inflateInit2_(&stream, gzipWindow, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
        else { return .failure(.outOfMemory) }
        defer { unsafe inflateEnd(&stream) }
        unsafe stream.next_in = UnsafeMutablePointer(mutating: source.baseAddress)
        unsafe stream.avail_in = size
        unsafe stream.next_out = room.baseAddress
        unsafe stream.avail_out = roomSize
        let result = unsafe inflate(&stream, Z_FINISH)
        let left = unsafe stream.avail_out
        consumed = data.count - Int(unsafe stream.avail_in)
        switch result {
        case Z_STREAM_END: return .success(capacity - Int(left))
        case Z_OK, Z_BUF_ERROR: return .failure(left == 0 ? .resultTooLarge : .truncated)
        case Z_MEM_ERROR: return .failure(.outOfMemory)
        default: return .failure(.corrupted)
        }
    }
    return Unpacked(bytes: bytes, consumed: consumed)
}

/// `data` as one gzip member without name and time, packed as small as zlib can.
func packWithZlib(_ data: [UInt8]) throws(CodecError) -> [UInt8] {
    // What cannot be compressed grows by 5 bytes for each 16 KiB, and by header and trailer.
    let capacity = data.count + data.count / 1000 + 64
    guard let size = UInt32(exactly: data.count), let roomSize = UInt32(exactly: capacity) else {
        throw .resultTooLarge
    }
    // SAFETY: as in `unpackWithZlib`.
    return try unsafe fillBuffer(from: data[...], capacity: capacity) { source, room in
        var stream = unsafe z_stream()
        let start = unsafe deflateInit2_(
            &stream, Z_BEST_COMPRESSION, Z_DEFLATED, gzipWindow, 9, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size))
        guard start == Z_OK else { return .failure(.outOfMemory) }
        defer { unsafe deflateEnd(&stream) }
        unsafe stream.next_in = UnsafeMutablePointer(mutating: source.baseAddress)
        unsafe stream.avail_in = size
        unsafe stream.next_out = room.baseAddress
        unsafe stream.avail_out = roomSize
        guard unsafe deflate(&stream, Z_FINISH) == Z_STREAM_END else { return .failure(.resultTooLarge) }
        return .success(capacity - Int(unsafe stream.avail_out))
    }
}
