// SPDX-License-Identifier: MIT
import GuestKit
import XenInterface

extension Memory {
    /// Whether the `length` bytes at `address` hold a string that ends with a zero, and zeros to the end.
    static func isPaddedString(_ address: UInt64, length: UInt64) -> Bool {
        for offset in 0..<length where load8(address &+ offset) == 0 {
            return isFilled(address &+ offset, count: length &- offset, with: 0)
        }
        return false
    }

    /// Whether `text` is somewhere in the `count` bytes at `address`.
    static func contains(_ text: StaticString, _ address: UInt64, count: UInt64) -> Bool {
        var text = TextCursor(text)
        for offset in 0..<count {
            text.advance(past: load8(address &+ offset))
            if text.isAtEnd { return true }
        }
        return false
    }
}

/// How much of a text the last bytes seen match. Enough for texts whose first byte does not occur in them again.
private struct TextCursor {
    private let text: StaticString
    private var position = 0

    init(_ text: StaticString) { self.text = text }

    var isAtEnd: Bool { position == text.utf8CodeUnitCount }

    mutating func advance(past byte: UInt8) {
        let expected = text.withUTF8Buffer { bytes in
            // SAFETY: the position is checked against the buffer's own bounds.
            position < bytes.count ? unsafe bytes[position] : 0
        }
        position = byte == expected ? position + 1 : 0
    }
}

extension Test {
    /// Expects that an operation of `xen_version` writes a padded string of `length` bytes and nothing behind it.
    mutating func expectString(_ operation: XenVersionOperation, length: Int, line: UInt = #line) {
        withPage { test, page in
            Memory.fill(page, count: Memory.pageSize, with: 0xA5)
            let result = test.hypercalls.call(.xenVersion, UInt64(operation.rawValue), page)
            test.expect(result, is: 0, line: line)
            test.expect(Memory.isPaddedString(page, length: UInt64(length)), line: line)
            test.expect(Memory.isFilled(page &+ UInt64(length), count: 256, with: 0xA5), line: line)
        }
    }
}
