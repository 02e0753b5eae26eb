// SPDX-License-Identifier: MIT

/// One line of a KTAP report, taken apart (the Linux kernel's documentation, dev-tools/ktap; TAP 14).
enum KTAPLine: Equatable {
    /// `KTAP version 1`
    case version
    /// `1..N`, with the reason when it says that all is skipped. Nil where N cannot be read.
    case plan(count: Int?, skipReason: String?)
    /// `ok 3 name # SKIP reason`. The number is missing in some reports.
    case result(isGood: Bool, number: Number, name: String, directive: Directive?)
    /// `# text`
    case diagnostic(String)
    /// `Bail out! reason`
    case bailOut(String)
    /// Anything else that a guest prints.
    case other

    /// The number of a result line.
    enum Number: Equatable {
        case missing
        case value(Int)
        /// Digits that are no sensible number.
        case unreadable(String)
    }

    /// What follows ` # ` in a result line.
    struct Directive: Equatable {
        var word: String
        var reason: String
    }

    /// The most tests that a report may have: a hostile guest must not fill the host's memory.
    static let maximumCount = 65_536

    /// Takes apart a line without its indentation.
    init(_ line: Substring) {
        if line.hasPrefix("#") {
            self = .diagnostic(Self.trimmed(line.dropFirst()))
        } else if line.hasPrefix("1..") {
            self = Self.plan(line.dropFirst(3))
        } else if let rest = Self.rest(of: line, after: "not ok") {
            self = Self.result(isGood: false, rest)
        } else if let rest = Self.rest(of: line, after: "ok") {
            self = Self.result(isGood: true, rest)
        } else if line.hasPrefix("KTAP version ") || line.hasPrefix("TAP version ") {
            self = .version
        } else if line.hasPrefix("Bail out!") {
            self = .bailOut(Self.trimmed(line.dropFirst(9)))
        } else {
            self = .other
        }
    }

    private static func plan(_ rest: Substring) -> KTAPLine {
        let digits = rest.prefix { $0.isASCII && $0.isNumber }
        let tail = rest.dropFirst(digits.count)
        // "1..2 and so on" is prose, not a plan.
        guard !digits.isEmpty, trimmed(tail).isEmpty || trimmed(tail).hasPrefix("#") else { return .other }
        let skip = directive(in: tail).rest
        return .plan(count: number(digits), skipReason: skip?.word == "SKIP" ? skip?.reason : nil)
    }

    private static func result(isGood: Bool, _ rest: Substring) -> KTAPLine {
        let digits = rest.prefix { $0.isASCII && $0.isNumber }
        let isNumber = !digits.isEmpty && (rest.count == digits.count || rest.dropFirst(digits.count).first == " ")
        var name = trimmed(isNumber ? rest.dropFirst(digits.count) : rest)[...]
        if name.hasPrefix("- ") { name = name.dropFirst(2) }
        let (text, directive) = directive(in: name)
        let number: Number =
            isNumber ? number(digits).map(Number.value) ?? .unreadable(String(digits.prefix(20))) : .missing
        return .result(isGood: isGood, number: number, name: text, directive: directive)
    }

    /// A number in the range of a report, or nil.
    private static func number(_ digits: Substring) -> Int? {
        guard let value = Int(digits), value <= maximumCount else { return nil }
        return value
    }

    /// Splits at the last `#` that a known word follows.
    private static func directive(in text: Substring) -> (text: String, rest: Directive?) {
        guard let hash = text.lastIndex(of: "#"), hash == text.startIndex || text[text.index(before: hash)] == " "
        else { return (trimmed(text), nil) }
        let words = text[text.index(after: hash)...].split(separator: " ", maxSplits: 1)
        let word = words.first.map { $0.uppercased() } ?? ""
        guard ["SKIP", "TODO", "XFAIL", "TIMEOUT", "ERROR"].contains(word) else { return (trimmed(text), nil) }
        let reason = words.count > 1 ? trimmed(words[1]) : ""
        return (trimmed(text[..<hash]), Directive(word: word, reason: reason))
    }

    private static func rest(of line: Substring, after word: String) -> Substring? {
        guard line.hasPrefix(word) else { return nil }
        let rest = line.dropFirst(word.count)
        guard let first = rest.first else { return rest }
        return first == " " ? rest.drop { $0 == " " } : nil
    }

    private static func trimmed(_ text: some StringProtocol) -> String {
        let start = text.drop { $0 == " " }
        let end = start.lastIndex { $0 != " " }
        return end.map { String(start[...$0]) } ?? ""
    }
}
