// SPDX-License-Identifier: MIT

/// The bytes of an instruction, to be taken one after the other. There are at most 15; fewer when the guest has no memory
/// behind them.
struct InstructionBytes {
    /// The longest instruction that there is. (AMD APM vol. 3 §1.1)
    static let limit: UInt8 = 15

    private var low: UInt64
    private var high: UInt64
    /// How many there are.
    let count: UInt8
    /// How many have been taken.
    private(set) var position: UInt8 = 0

    /// The bytes of two little-endian words, of which the first `count` are there.
    init(_ low: UInt64, _ high: UInt64, count: UInt8) {
        self.low = low
        self.high = high
        self.count = min(count, InstructionBytes.limit)
    }

    /// Takes the next byte.
    ///
    /// - Throws: `.incomplete` when there are no more.
    mutating func next() throws(DecodingError) -> UInt8 {
        guard position < count else { throw .incomplete }
        let byte = UInt8(truncatingIfNeeded: low)
        low = low &>> 8 | high &<< 56
        high &>>= 8
        position &+= 1
        return byte
    }

    /// Takes a little-endian number of 1, 2, 4 or 8 bytes, and extends its sign to 64 bits.
    mutating func nextSigned(_ width: UInt8) throws(DecodingError) -> UInt64 {
        var value: UInt64 = 0
        for index in 0..<UInt64(width) { value |= UInt64(try next()) &<< (index &* 8) }
        return value.extendingSign(of: width)
    }

    /// The next byte, which stays where it is; nil when there is none.
    var following: UInt8? { position < count ? UInt8(truncatingIfNeeded: low) : nil }
}

/// Why bytes could not be taken apart.
enum DecodingError: Error {
    /// There are too few of them.
    case incomplete
    /// They are no instruction that accesses memory, or none that the decoder knows.
    case unknown
}

extension UInt64 {
    /// The number with all bits set that a value of this many bytes can have.
    static func mask(ofBytes width: UInt8) -> UInt64 { width >= 8 ? .max : 1 &<< (UInt64(width) &* 8) &- 1 }

    /// The lowest `width` bytes, taken as a signed number.
    func extendingSign(of width: UInt8) -> UInt64 {
        let shift = width >= 8 ? 0 : 64 &- UInt64(width) &* 8
        return UInt64(bitPattern: Int64(bitPattern: self &<< shift) &>> Int64(shift))
    }
}
