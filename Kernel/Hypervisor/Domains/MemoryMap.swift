// SPDX-License-Identifier: MIT
import XenInterface

/// The memory map that a domain reads with `XENMEM_memory_map`: at most 128 ranges.
struct MemoryMap {
    private var ranges = InlineArray<128, MemoryMapRange>(repeating: MemoryMapRange())
    private(set) var count = 0

    /// Appends a range; false when the map is full.
    mutating func append(_ range: MemoryMapRange) -> Bool {
        guard count < 128 else { return false }
        ranges[count] = range
        count &+= 1
        return true
    }

    /// A range; nil beyond the last.
    subscript(index: Int) -> MemoryMapRange? {
        index >= 0 && index < count ? ranges[index] : nil
    }
}
