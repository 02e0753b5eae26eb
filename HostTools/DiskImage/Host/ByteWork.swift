// SPDX-License-Identifier: MIT
import Glibc

/// Work on many bytes at once, where a loop over an array's elements is too slow. Ranges are checked before use.
extension [UInt8] {
    /// Whether all bytes of the range are zero.
    func isZero(_ range: Range<Int>) -> Bool {
        precondition(range.lowerBound >= 0 && range.upperBound <= count)
        guard let first = range.first else { return true }
        // SAFETY: both ranges that are compared lie within the checked one.
        return unsafe withUnsafeBytes { bytes in
            guard unsafe bytes[first] == 0, let base = bytes.baseAddress else { return false }
            // All bytes equal the one before them, and the first is zero. Most data differs in its first 16 bytes.
            let start = unsafe base + first
            let head = Swift.min(range.count - 1, 16)
            guard unsafe memcmp(start, start + 1, head) == 0 else { return false }
            return unsafe memcmp(start, start + 1, range.count - 1) == 0
        }
    }

    /// The first index of the range at which the two arrays differ; nil when they are equal there.
    func firstDifference(from other: [UInt8], in range: Range<Int>) -> Int? {
        precondition(range.lowerBound >= 0 && range.upperBound <= Swift.min(count, other.count))
        // SAFETY: the range has been checked against both arrays.
        let isEqual = unsafe withUnsafeBytes { mine in
            unsafe other.withUnsafeBytes { theirs in
                guard let first = mine.baseAddress, let second = theirs.baseAddress else { return true }
                return unsafe memcmp(first + range.lowerBound, second + range.lowerBound, range.count) == 0
            }
        }
        return isEqual ? nil : range.first { self[$0] != other[$0] }
    }

    /// Sets all bytes of the range.
    mutating func fill(_ range: Range<Int>, with byte: UInt8) {
        precondition(range.lowerBound >= 0 && range.upperBound <= count)
        // SAFETY: the range has been checked.
        unsafe withUnsafeMutableBytes { bytes in
            guard let base = bytes.baseAddress else { return }
            _ = unsafe memset(base + range.lowerBound, Int32(byte), range.count)
        }
    }

    /// Copies as many bytes as the range has over it.
    mutating func replace(_ range: Range<Int>, with bytes: ArraySlice<UInt8>) {
        precondition(range.lowerBound >= 0 && range.upperBound <= count && bytes.count == range.count)
        // SAFETY: both lengths have been checked.
        unsafe withUnsafeMutableBytes { target in
            unsafe bytes.withUnsafeBytes { source in
                guard let to = target.baseAddress, let from = source.baseAddress else { return }
                _ = unsafe memcpy(to + range.lowerBound, from, range.count)
            }
        }
    }
}

/// Tables of 64-bit numbers as they lie in a file.
enum TableBytes {
    /// The numbers in `bytes`, whose length is a multiple of 8.
    static func numbers(_ bytes: [UInt8]) -> [UInt64] {
        // SAFETY: every load lies within the bytes, since the index is below an eighth of their count.
        unsafe bytes.withUnsafeBytes { raw in
            (0..<raw.count / 8).map {
                unsafe UInt64(bigEndian: raw.loadUnaligned(fromByteOffset: $0 * 8, as: UInt64.self))
            }
        }
    }

    /// The bytes of `numbers`.
    static func bytes(_ numbers: ArraySlice<UInt64>) -> [UInt8] {
        let swapped = numbers.map(\.bigEndian)
        // SAFETY: any bytes of an integer are valid bytes; they are copied before the pointer ends.
        return unsafe swapped.withUnsafeBytes { unsafe Array($0) }
    }
}
