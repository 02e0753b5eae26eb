// SPDX-License-Identifier: MIT

/// Numbers in byte arrays, the most significant byte first, as qcow2 has all of its numbers.
extension [UInt8] {
    /// The number at index `position`; the array reaches that far.
    func bigEndian<Number: FixedWidthInteger & UnsignedInteger>(_: Number.Type = Number.self, at position: Int)
        -> Number
    {
        self[position..<position + Number.bitWidth / 8].reduce(0) { $0 << 8 | Number($1) }
    }

    /// Writes a number at index `position`; the array reaches that far.
    mutating func setBigEndian<Number: FixedWidthInteger & UnsignedInteger>(_ number: Number, at position: Int) {
        let count = Number.bitWidth / 8
        for index in 0..<count {
            self[position + index] = UInt8(truncatingIfNeeded: number >> Number((count - 1 - index) * 8))
        }
    }
}
