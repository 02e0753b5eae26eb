// SPDX-License-Identifier: MIT

/// Makes what a guest prints safe to show: a guest must not move the cursor, change colours or rename the window.
public enum TerminalText {
    /// A line as plain text: escape sequences and control characters are removed, invalid UTF-8 is marked.
    public static func plain(_ line: [UInt8]) -> String {
        var plain = String.UnicodeScalarView()
        var state = State.text
        for scalar in String(decoding: line, as: UTF8.self).unicodeScalars {
            state = step(state, scalar, &plain)
        }
        return String(plain)
    }

    /// Where in an escape sequence a character stands (ECMA-48, section 5).
    private enum State {
        case text
        /// After ESC.
        case escape
        /// In a control sequence, until its final character.
        case control
        /// In a string such as a window title, until BEL or ST.
        case string
    }

    private static func step(
        _ state: State, _ scalar: Unicode.Scalar, _ plain: inout String.UnicodeScalarView
    ) -> State {
        switch (state, scalar.value) {
        case (_, 0x1B): return .escape
        case (.string, 0x07), (.string, 0x9C): return .text
        case (.string, _): return .string
        case (.escape, 0x5B), (.text, 0x9B): return .control
        case (.escape, 0x50), (.escape, 0x58), (.escape, 0x5D...0x5F): return .string
        case (.text, 0x90), (.text, 0x98), (.text, 0x9D...0x9F): return .string
        // Intermediate characters, such as in ESC ( B, are followed by another.
        case (.escape, 0x20...0x2F): return .escape
        case (.escape, 0x30...0x7E): return .text
        case (.control, 0x20...0x3F): return .control
        case (.control, 0x40...0x7E): return .text
        case (_, 0x09): plain.append(scalar)
        case (_, 0..<0x20), (_, 0x7F..<0xA0): break
        default: plain.append(scalar)
        }
        return .text
    }
}
