// SPDX-License-Identifier: MIT

/// Lends `input`, and room for `capacity` bytes, to a C library for the length of one call.
///
/// The library says how many bytes of the room it has filled. Room that is not filled is not touched, and so costs no
/// memory.
func fillBuffer(
    from input: ArraySlice<UInt8>, capacity: Int,
    with convert: (UnsafeBufferPointer<UInt8>, UnsafeMutableBufferPointer<UInt8>) -> Result<Int, CodecError>
) throws(CodecError) -> [UInt8] {
    var outcome: Result<Int, CodecError> = .failure(.corrupted)
    // SAFETY: the pointers are used by `convert` only, which hands them to a library that knows both lengths; the
    // bytes up to `filled` have been written by it, and `filled` is held to the capacity.
    let output = unsafe [UInt8](unsafeUninitializedCapacity: capacity) { room, filled in
        let whole = unsafe UnsafeMutableBufferPointer(rebasing: room[..<capacity])
        unsafe input.withUnsafeBufferPointer { outcome = unsafe convert($0, whole) }
        if case .success(let count) = outcome { filled = min(max(count, 0), capacity) }
    }
    _ = try outcome.get()
    return output
}
