// SPDX-License-Identifier: MIT

/// A set of interrupt vectors: the 256 bits of IRR or ISR.
struct InterruptBits {
    private var words = InlineArray<8, UInt32>(repeating: 0)

    /// The 32 bits of a register.
    func word(_ index: Int) -> UInt32 { index >= 0 && index < 8 ? words[index] : 0 }

    mutating func insert(_ vector: UInt8) { words[Int(vector &>> 5)] |= 1 &<< UInt32(vector & 31) }

    mutating func remove(_ vector: UInt8) { words[Int(vector &>> 5)] &= ~(1 &<< UInt32(vector & 31)) }

    /// The highest vector in the set.
    var highest: UInt8? {
        for index in 0..<8 {
            let word = words[7 &- index]
            if word != 0 { return UInt8(truncatingIfNeeded: (7 &- index) &* 32 &+ 31 &- word.leadingZeroBitCount) }
        }
        return nil
    }
}
