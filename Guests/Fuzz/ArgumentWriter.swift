// SPDX-License-Identifier: MIT
import GuestKit
import XenInterface

/// Writes structures whose fields are mostly what they should be, now and then with one that is wild.
struct ArgumentWriter {
    private let values: Values
    private let is64Bit: Bool
    /// Where the next field goes.
    private(set) var place: UInt64
    private var random: Randomness

    /// A writer for structures from `place` on, in the layout of 64-bit or 32-bit callers.
    init(at place: UInt64, _ values: Values, is64Bit: Bool, _ random: inout Randomness) {
        self.values = values
        self.is64Bit = is64Bit
        self.place = place
        self.random = Randomness(seed: random.next())
    }

    /// Writes a structure of this shape.
    mutating func write(_ shape: StaticString) {
        let count = UInt64(shape.utf8CodeUnitCount)
        let wildField = random.oneIn(4) ? random.below(count) : count
        shape.withUTF8Buffer { letters in
            for index in letters.indices {
                // SAFETY: the index is one of the buffer's own, and a static string's bytes live for ever.
                let letter = unsafe letters[index]
                write(letter, isWild: UInt64(index) == wildField)
            }
        }
        align(to: is64Bit ? 8 : 4)
    }

    private mutating func write(_ letter: UInt8, isWild: Bool) {
        let value = values.value(for: letter, isWild: isWild, &random)
        switch letter {
        case UInt8(ascii: "d"), UInt8(ascii: "e"), UInt8(ascii: "s"), UInt8(ascii: "w"), UInt8(ascii: "y"),
            UInt8(ascii: "K"), UInt8(ascii: "S"):
            Memory.store16(UInt16(truncatingIfNeeded: value), at: place)
            place &+= 2
        case UInt8(ascii: "g"), UInt8(ascii: "a"), UInt8(ascii: "c"), UInt8(ascii: "i"), UInt8(ascii: "m"):
            writeLong(value)
        case UInt8(ascii: "G"), UInt8(ascii: "A"), UInt8(ascii: "H"), UInt8(ascii: "Y"), UInt8(ascii: "u"):
            align(to: 8)
            Memory.store64(value, at: place)
            place &+= 8
        case UInt8(ascii: "t"):
            align(to: is64Bit ? 8 : 4)
            Memory.store64(value, at: place)
            place &+= 8
        case UInt8(ascii: "j") where !is64Bit: break
        default:
            align(to: 4)
            Memory.store32(UInt32(truncatingIfNeeded: value), at: place)
            place &+= 4
        }
    }

    /// Writes what C calls an `unsigned long`.
    mutating func writeLong(_ value: UInt64) {
        align(to: is64Bit ? 8 : 4)
        if is64Bit {
            Memory.store64(value, at: place)
        } else {
            Memory.store32(UInt32(truncatingIfNeeded: value), at: place)
        }
        place &+= is64Bit ? 8 : 4
    }

    private mutating func align(to size: UInt64) { place = (place &+ size &- 1) & ~(size &- 1) }
}
