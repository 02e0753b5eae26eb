// SPDX-License-Identifier: MIT

extension ConfigurationScanner {
    /// The text between two equal quotes, with its escapes resolved. It ends on the line on which it begins.
    mutating func quotedText() throws(ConfigurationProblem) -> String {
        let start = position
        let quote = current
        advance()
        var text: [UInt8] = []
        while let byte = current, byte != UInt8(ascii: "\n") {
            if byte == quote {
                advance()
                return try decode(text, from: start)
            }
            if byte == UInt8(ascii: "\\") {
                text.append(try escape())
            } else {
                text.append(byte)
                advance()
            }
        }
        throw ConfigurationProblem(
            "the string does not end on its line", advice: "close it with the quote it begins with", at: start)
    }

    /// A backslash and what follows: a letter for a control character, an octal or hexadecimal byte, or itself.
    private mutating func escape() throws(ConfigurationProblem) -> UInt8 {
        let start = position
        advance()
        let byte = current
        switch byte {
        case UInt8(ascii: "n"): return simple(0x0A)
        case UInt8(ascii: "r"): return simple(0x0D)
        case UInt8(ascii: "t"): return simple(0x09)
        case UInt8(ascii: "a"): return simple(0x07)
        case UInt8(ascii: "b"): return simple(0x08)
        case UInt8(ascii: "f"): return simple(0x0C)
        case UInt8(ascii: "v"): return simple(0x0B)
        case UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "\\"): return simple(byte ?? 0)
        case UInt8(ascii: "x"):
            advance()
            return try byteEscape(radix: 16, digits: 2, from: start)
        case UInt8(ascii: "0"), UInt8(ascii: "1"), UInt8(ascii: "2"), UInt8(ascii: "3"):
            return try byteEscape(radix: 8, digits: 3, from: start)
        default:
            throw ConfigurationProblem("unknown escape", advice: "write \\\\ for a backslash", at: start)
        }
    }

    private mutating func simple(_ byte: UInt8) -> UInt8 {
        advance()
        return byte
    }

    /// A byte written as exactly `digits` digits.
    private mutating func byteEscape(
        radix: Int, digits: Int, from start: SourcePosition
    ) throws(ConfigurationProblem) -> UInt8 {
        var taken = 0
        let literal = take { byte in
            taken += 1
            return taken <= digits && (byte.isLetter || byte.isDigit)
        }
        guard literal.utf8.count == digits, let value = UInt8(literal, radix: radix) else {
            throw ConfigurationProblem(
                "incomplete escape", advice: "write \\x and two hexadecimal digits, or \\ and three octal digits",
                at: start)
        }
        return value
    }

    /// Escapes can make bytes that are no text: those are refused, and zero bytes, which would end a C string early.
    private func decode(_ bytes: [UInt8], from start: SourcePosition) throws(ConfigurationProblem) -> String {
        guard let text = String(validating: bytes, as: UTF8.self), !bytes.contains(0) else {
            throw ConfigurationProblem(
                "the escapes in the string do not make UTF-8 text", advice: "write the characters themselves", at: start
            )
        }
        return text
    }
}
