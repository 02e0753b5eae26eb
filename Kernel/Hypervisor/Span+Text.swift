// SPDX-License-Identifier: MIT

extension Span<UInt8> {
    /// Whether the bytes are those of a literal.
    func isEqual(to text: StaticString) -> Bool {
        count == text.utf8CodeUnitCount && starts(with: text)
    }

    /// Whether the bytes begin with those of a literal.
    func starts(with text: StaticString) -> Bool {
        guard count >= text.utf8CodeUnitCount else { return false }
        var isSame = true
        for index in 0..<text.utf8CodeUnitCount where self[index] != text.byte(index) { isSame = false }
        return isSame
    }

    /// Where the bytes go on behind a literal that they begin with; nil when they do not.
    func end(of text: StaticString) -> Int? {
        starts(with: text) ? text.utf8CodeUnitCount : nil
    }

    /// The number that the bytes write in decimal; nil when they are not digits, none at all, or more than nine.
    var decimal: UInt64? {
        guard count > 0, count <= 9 else { return nil }
        var number: UInt64 = 0
        for index in indices {
            guard self[index] >= UInt8(ascii: "0"), self[index] <= UInt8(ascii: "9") else { return nil }
            number = number &* 10 &+ UInt64(self[index] &- UInt8(ascii: "0"))
        }
        return number
    }
}

extension StaticString {
    /// The byte of an index less than `utf8CodeUnitCount`.
    func byte(_ index: Int) -> UInt8 {
        // SAFETY: a static string's bytes live as long as the program; the callers keep the index in bounds.
        withUTF8Buffer { unsafe $0[index] }
    }
}
