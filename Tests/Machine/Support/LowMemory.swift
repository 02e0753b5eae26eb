// SPDX-License-Identifier: MIT
import CPU
import Glibc

/// Zeroed memory of the test process that lies below 4 GiB, as what a boot loader leaves does.
final class LowMemory {
    /// The address of its first byte, on a page boundary.
    let start: UInt64
    /// Its size in bytes.
    let size: UInt64

    init(size: UInt64) {
        // SAFETY: a new private mapping, which nobody else knows of.
        let mapping = unsafe mmap(
            nil, Int(size), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0)
        start = UInt64(UInt(bitPattern: mapping))
        self.size = size
        precondition(start < 1 << 32, "no room below 2 GiB for the memory of a test")
    }

    deinit {
        // SAFETY: the mapping of `init`; whoever uses it has gone before.
        unsafe munmap(UnsafeMutableRawPointer(bitPattern: UInt(start)), Int(size))
    }

    /// Writes 32-bit words, one after the other, from an offset on.
    func write(_ words: [UInt32], at offset: UInt64) {
        for (index, word) in words.enumerated() { cpu_store32(start + offset + UInt64(index) * 4, word) }
    }

    /// Writes a text with a zero behind it. Returns its address.
    func write(_ text: String, at offset: UInt64) -> UInt32 {
        for (index, byte) in (Array(text.utf8) + [0]).enumerated() { cpu_store8(start + offset + UInt64(index), byte) }
        return UInt32(start + offset)
    }
}
