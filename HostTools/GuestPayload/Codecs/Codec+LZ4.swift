// SPDX-License-Identifier: MIT

import CLZ4

/// LZ4's legacy frame format, which Linux uses for kernels: a magic number, then blocks, each behind its size.
///
/// Every block but the last unpacks to 8 MiB. Source: LZ4 `doc/lz4_Frame_format.md`, "Legacy frame".
func unpackWithLZ4(_ data: ArraySlice<UInt8>, capacity: Int) throws(CodecError) -> Unpacked {
    let blockSize = 8 << 20
    // What cannot be compressed grows by this much at most, says `lz4.h`.
    let largestBlock = blockSize + blockSize / 255 + 16
    var output: [UInt8] = []
    var rest = data.dropFirst(4)
    while !rest.isEmpty {
        guard rest.count >= 4 else { throw .truncated }
        let size = rest.prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
        // Linux takes a size of zero for the end, as data of another form may follow behind some zeros.
        if size == 0 { break }
        rest = rest.dropFirst(4)
        // Frames may follow one another: what stands for a size is then the next frame's magic number.
        if size == 0x184C_2102 { continue }
        guard 1...largestBlock ~= size else { throw .corrupted }
        guard size <= rest.count else { throw .truncated }
        output += try unpackBlock(rest.prefix(size), capacity: min(blockSize, capacity - output.count), of: blockSize)
        rest = rest.dropFirst(size)
    }
    return Unpacked(bytes: output, consumed: data.count - rest.count)
}

/// Unpacks one block. A block that fails in less room than a whole one needs may only have been too large.
private func unpackBlock(_ block: ArraySlice<UInt8>, capacity: Int, of blockSize: Int) throws(CodecError) -> [UInt8] {
    // SAFETY: the library is given the lengths of both buffers, which fit its 32-bit numbers, and keeps to them.
    try unsafe fillBuffer(from: block, capacity: capacity) { source, room in
        let count = unsafe LZ4_decompress_safe(
            UnsafeRawPointer(source.baseAddress)?.assumingMemoryBound(to: CChar.self),
            UnsafeMutableRawPointer(room.baseAddress)?.assumingMemoryBound(to: CChar.self),
            Int32(source.count), Int32(room.count))
        if count >= 0 { return .success(Int(count)) }
        return .failure(capacity < blockSize ? .resultTooLarge : .corrupted)
    }
}
