// SPDX-License-Identifier: MIT

/// Cuts the bytes of a configuration file into tokens, skipping blanks and comments.
struct ConfigurationScanner {
    private let file: String
    private let bytes: [UInt8]
    private var offset = 0
    private var line = 1
    private var column = 1

    init(file: String, bytes: [UInt8]) {
        self.file = file
        self.bytes = bytes
    }

    /// The byte at the current offset, or nil at the end of the file.
    var current: UInt8? { offset < bytes.count ? bytes[offset] : nil }

    /// Where the current byte stands.
    var position: SourcePosition { SourcePosition(file: file, line: line, column: column) }

    /// Steps over the current byte. A column is counted once for each scalar, not for each of its bytes.
    mutating func advance() {
        guard let byte = current else { return }
        offset += 1
        if byte == UInt8(ascii: "\n") {
            line += 1
            column = 1
        } else if offset >= bytes.count || bytes[offset] & 0xC0 != 0x80 {
            column += 1
        }
    }

    /// Takes bytes as long as they are `wanted`.
    mutating func take(while wanted: (UInt8) -> Bool) -> String {
        let start = offset
        while let byte = current, wanted(byte) { advance() }
        return String(decoding: bytes[start..<offset], as: UTF8.self)
    }

    /// The next token.
    mutating func next() throws(ConfigurationProblem) -> ConfigurationToken {
        skipBlanks()
        let (start, first) = (position, offset)
        guard let byte = current else {
            return ConfigurationToken(kind: .end, position: start, range: first..<first)
        }
        let kind: ConfigurationToken.Kind
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "'"): kind = .text(try quotedText())
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): kind = try number()
        case _ where byte.isLetter: kind = .key(take { $0.isLetter || $0.isDigit })
        default: kind = try punctuation(byte)
        }
        return ConfigurationToken(kind: kind, position: start, range: first..<offset)
    }

    private mutating func skipBlanks() {
        while let byte = current {
            switch byte {
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"): advance()
            case UInt8(ascii: "#"): _ = take { $0 != UInt8(ascii: "\n") }
            default: return
            }
        }
    }

    private mutating func punctuation(_ byte: UInt8) throws(ConfigurationProblem) -> ConfigurationToken.Kind {
        let kind: ConfigurationToken.Kind
        switch byte {
        case UInt8(ascii: "="): kind = .equals
        case UInt8(ascii: "["): kind = .openBracket
        case UInt8(ascii: "]"): kind = .closeBracket
        case UInt8(ascii: ","): kind = .comma
        case UInt8(ascii: ";"), UInt8(ascii: "\n"): kind = .separator
        default:
            throw ConfigurationProblem(
                "unexpected character", advice: "a line reads key = value, and text stands in quotes", at: position)
        }
        advance()
        return kind
    }

    /// A whole number, decimal or hexadecimal with 0x, with or without a minus sign.
    private mutating func number() throws(ConfigurationProblem) -> ConfigurationToken.Kind {
        let start = position
        let literal = take { $0.isLetter || $0.isDigit || $0 == UInt8(ascii: "-") }
        guard let value = Int64(configurationLiteral: literal) else {
            throw ConfigurationProblem(
                "'\(literal)' is not a whole number of at most 64 bits",
                advice: "write digits only, or put text in quotes", at: start)
        }
        return .number(value, literal: literal)
    }
}

extension UInt8 {
    /// Whether it may begin a key: an ASCII letter or an underscore.
    var isLetter: Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20) || self == UInt8(ascii: "_")
    }

    var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
}

extension Int64 {
    /// A number as configuration files write it, or nil.
    init?(configurationLiteral literal: String) {
        let digits = literal.drop { $0 == "-" }
        guard literal.count - digits.count <= 1 else { return nil }
        let isHexadecimal = digits.hasPrefix("0x") || digits.hasPrefix("0X")
        let magnitude = isHexadecimal ? digits.dropFirst(2) : digits
        guard magnitude.allSatisfy(\.isHexDigit) else { return nil }
        self.init((literal.hasPrefix("-") ? "-" : "") + magnitude, radix: isHexadecimal ? 16 : 10)
    }
}
