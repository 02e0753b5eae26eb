// SPDX-License-Identifier: MIT
import SeededRandom

extension SeededRandom {
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
