// SPDX-License-Identifier: MIT

/// Numbers that look random and are the same in every run (SplitMix64).
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }

    /// `bytes` with up to eight of them replaced, preferably by values that are special to a parser.
    mutating func mutate(_ bytes: [UInt8]) -> [UInt8] {
        var result = bytes
        for _ in 0..<Int.random(in: 1...8, using: &self) {
            let index = Int.random(in: 0..<result.count, using: &self)
            let special: [UInt8] = [0, 1, 4, 7, 0x7F, 0x80, 0xFF, UInt8.random(in: 0...255, using: &self)]
            result[index] = special.randomElement(using: &self) ?? 0
        }
        return result
    }
}
