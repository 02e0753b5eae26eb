// SPDX-License-Identifier: MIT
import Instructions

/// Pages out of the pool that the linker script sets aside after the image: 256 of them.
public struct PageAllocator {
    /// The address of the first page.
    private let start = guest_pool_first_address()
    /// A bit for each page: set when it is in use.
    private var used: InlineArray<4, UInt64> = InlineArray(repeating: 0)

    /// All pages are free.
    init() {}

    /// A page filled with zeros; `nil` when all are in use.
    public mutating func allocate() -> UInt64? {
        for word in 0..<4 {
            let free = ~used[word]
            guard free != 0 else { continue }
            let bit = UInt64(free.trailingZeroBitCount)
            used[word] |= 1 &<< bit
            let page = start &+ (UInt64(word) &* 64 &+ bit) &* Memory.pageSize
            Memory.fill(page, count: Memory.pageSize, with: 0)
            return page
        }
        return nil
    }

    /// Gives back a page that `allocate` answered, and that is ordinary memory again.
    public mutating func free(_ page: UInt64) {
        let index = (page &- start) / Memory.pageSize
        guard index < 256 else { return }
        used[Int(index / 64)] &= ~(1 &<< (index % 64))
    }
}
