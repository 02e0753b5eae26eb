// SPDX-License-Identifier: MIT

/// Why compressed data cannot be unpacked.
enum CodecError: Error, Equatable {
    /// The data ends too early.
    case truncated
    /// The data is not what a compressor writes.
    case corrupted
    /// The result is larger than the room for it.
    case resultTooLarge
    /// The library could not get the memory that it needs for its work.
    case outOfMemory
}
