// SPDX-License-Identifier: MIT

/// Numbers that look random and follow from a seed. (SplitMix64, by Guy Steele and others)
struct Randomness {
    private var state: UInt64

    /// The sequence of a seed.
    init(seed: UInt64) { state = seed }

    /// The next 64 bits.
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed &>> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed &>> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed &>> 31
    }

    /// A number less than `limit`, which is at least 1.
    mutating func below(_ limit: UInt64) -> UInt64 { (next() &>> 33) % limit }

    /// True once in so many times.
    mutating func oneIn(_ count: UInt64) -> Bool { below(count) == 0 }

    /// A number of the kind that breaks things: around a power of two, all ones, or anything.
    mutating func wild() -> UInt64 {
        switch below(4) {
        case 0: return next()
        case 1: return UInt64.max &- below(8)
        case 2: return UInt64(1) &<< below(64) &+ below(3) &- 1
        default: return next() &>> below(64)
        }
    }
}
