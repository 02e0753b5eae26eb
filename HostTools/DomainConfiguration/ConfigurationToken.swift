// SPDX-License-Identifier: MIT

/// The smallest meaningful piece of a configuration file, and where it starts.
struct ConfigurationToken {
    enum Kind: Equatable {
        /// A name in front of an equals sign.
        case key(String)
        /// What stands between quotes, escapes resolved.
        case text(String)
        /// A whole number, and how it was written.
        case number(Int64, literal: String)
        case equals
        case openBracket
        case closeBracket
        case comma
        /// A line break or a semicolon.
        case separator
        case end
    }

    let kind: Kind
    let position: SourcePosition
    /// The bytes of the file that it consists of.
    let range: Range<Int>

    /// The token as a message names it.
    var name: String {
        switch kind {
        case .key(let name): "'\(name)'"
        case .text: "a string"
        case .number(_, let literal): "the number \(literal)"
        case .equals: "'='"
        case .openBracket: "'['"
        case .closeBracket: "']'"
        case .comma: "','"
        case .separator: "the end of the line"
        case .end: "the end of the file"
        }
    }
}
