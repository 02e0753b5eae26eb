// SPDX-License-Identifier: MIT

/// Reads the settings of a configuration file in the syntax of `xl.cfg(5)`.
///
///     settings := { [ key "=" value ] separator }
///     value    := text | number | "[" [ value { separators "," value } [ "," ] ] "]"
///
/// Separators are line breaks and semicolons; within a list line breaks have no meaning.
struct ConfigurationParser {
    /// Deeper lists have no use, and would only serve to exhaust the stack.
    private static let maximumDepth = 16

    private var scanner: ConfigurationScanner
    private var token: ConfigurationToken
    /// Where the token before this one ends, in bytes.
    private var end = 0

    private init(file: String, bytes: [UInt8]) throws(ConfigurationProblem) {
        scanner = ConfigurationScanner(file: file, bytes: bytes)
        token = try scanner.next()
    }

    /// All settings of the file, in its order.
    static func settings(file: String, bytes: [UInt8]) throws(ConfigurationProblem) -> [ConfigurationSetting] {
        try requireText(file: file, bytes: bytes)
        var parser = try ConfigurationParser(file: file, bytes: bytes)
        var settings: [ConfigurationSetting] = []
        while parser.token.kind != .end {
            if parser.token.kind == .separator {
                try parser.advance()
            } else {
                settings.append(try parser.setting())
            }
        }
        return settings
    }

    private static func requireText(file: String, bytes: [UInt8]) throws(ConfigurationProblem) {
        do throws(UTF8.ValidationError) {
            _ = try UTF8Span(validating: bytes.span)
        } catch {
            let before = bytes[..<error.byteOffsets.lowerBound]
            let line = before.count { $0 == UInt8(ascii: "\n") } + 1
            throw ConfigurationProblem(
                "not UTF-8 text", advice: "is this a configuration file? save it as UTF-8",
                at: SourcePosition(file: file, line: line, column: 1))
        }
    }

    private mutating func advance() throws(ConfigurationProblem) {
        end = token.range.upperBound
        token = try scanner.next()
    }

    private mutating func setting() throws(ConfigurationProblem) -> ConfigurationSetting {
        guard case .key(let key) = token.kind else {
            throw unexpected("a key", advice: "a line reads key = value")
        }
        let keyPosition = token.position
        try advance()
        guard token.kind == .equals else { throw unexpected("'=' after '\(key)'", advice: "write \(key) = value") }
        try advance()
        let first = token
        let value = try value(depth: 0)
        let valueEnd = end
        guard token.kind == .separator || token.kind == .end else {
            throw unexpected("the end of the line", advice: "put each setting on a line of its own, or a ';' between")
        }
        return ConfigurationSetting(
            key: key, value: value, keyPosition: keyPosition, valuePosition: first.position,
            valueRange: first.range.lowerBound..<valueEnd)
    }

    private mutating func value(depth: Int) throws(ConfigurationProblem) -> ConfigurationValue {
        switch token.kind {
        case .text(let text):
            try advance()
            return .scalar(text)
        case .number(_, let literal):
            try advance()
            return .scalar(literal)
        case .openBracket:
            return .list(try list(depth: depth))
        case .key(let word):
            throw unexpected("a value", advice: "put text in quotes: \"\(word)\"")
        default:
            throw unexpected("a value", advice: "write a number, a text in quotes, or a list in brackets")
        }
    }

    private mutating func list(depth: Int) throws(ConfigurationProblem) -> [ConfigurationValue] {
        guard depth < Self.maximumDepth else {
            throw ConfigurationProblem(
                "lists are nested more than \(Self.maximumDepth) deep", advice: "flatten them", at: token.position)
        }
        try advance()
        var values: [ConfigurationValue] = []
        while true {
            try skipLineBreaks()
            if token.kind == .closeBracket { break }
            values.append(try value(depth: depth + 1))
            try skipLineBreaks()
            if token.kind == .closeBracket { break }
            guard token.kind == .comma else {
                throw unexpected("',' or ']'", advice: "separate the values of a list by ',' and end it with ']'")
            }
            try advance()
        }
        try advance()
        return values
    }

    private mutating func skipLineBreaks() throws(ConfigurationProblem) {
        while token.kind == .separator { try advance() }
    }

    private func unexpected(_ expected: String, advice: String) -> ConfigurationProblem {
        ConfigurationProblem("expected \(expected), found \(token.name)", advice: advice, at: token.position)
    }
}
