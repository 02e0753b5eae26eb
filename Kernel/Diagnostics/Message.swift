// SPDX-License-Identifier: MIT

/// A line of text with a fixed capacity, made by string interpolation without a heap:
/// `"found \(count) frames at \(hex: address)"`. What does not fit is cut off.
public struct Message: ExpressibleByStringInterpolation {
    /// The most bytes that a message holds.
    public static let capacity = 256

    /// The text in UTF-8: the first `count` bytes.
    public private(set) var bytes = InlineArray<256, UInt8>(repeating: 0)
    /// The number of bytes in use.
    public private(set) var count = 0

    /// An empty message.
    public init() {}

    /// A message that is one literal.
    public init(stringLiteral text: StaticString) {
        append(text)
    }

    /// A message put together by the compiler from an interpolated literal.
    public init(stringInterpolation: StringInterpolation) {
        self = stringInterpolation.message
    }

    /// Appends one byte, unless the message is full.
    public mutating func append(_ byte: UInt8) {
        guard count < Message.capacity else { return }
        bytes[count] = byte
        count &+= 1
    }

    /// Appends a literal.
    public mutating func append(_ text: StaticString) {
        // SAFETY: a static string's bytes live as long as the program, and the buffer's bounds are its own.
        text.withUTF8Buffer { buffer in
            for index in buffer.indices { unsafe append(buffer[index]) }
        }
    }

    /// Appends another message.
    public mutating func append(message: Message) {
        for index in 0..<message.count { append(message.bytes[index]) }
    }

    /// Appends the bytes of a span, with those that are not printable ASCII as dots.
    public mutating func appendPrintable(_ text: Span<UInt8>) {
        for index in text.indices {
            let byte = text[index]
            append(byte >= 0x20 && byte < 0x7F ? byte : UInt8(ascii: "."))
        }
    }

    /// Appends a number in the given base, from 2 to 16, with at least `digits` digits.
    public mutating func append(_ number: UInt64, base: UInt64, digits: Int = 1) {
        var reversed = InlineArray<64, UInt8>(repeating: 0)
        var length = 0
        var rest = number
        repeat {
            let digit = UInt8(truncatingIfNeeded: rest % base)
            reversed[length] = digit < 10 ? UInt8(ascii: "0") &+ digit : UInt8(ascii: "a") &+ digit &- 10
            length &+= 1
            rest /= base
        } while (rest != 0 || length < digits) && length < 64
        while length > 0 {
            length &-= 1
            append(reversed[length])
        }
    }

    /// What the compiler calls for an interpolated literal.
    public struct StringInterpolation: StringInterpolationProtocol {
        var message = Message()

        /// An empty interpolation.
        public init(literalCapacity: Int, interpolationCount: Int) {}

        /// The literal text between interpolated values.
        public mutating func appendLiteral(_ literal: StaticString) {
            message.append(literal)
        }

        /// A number in decimal.
        public mutating func appendInterpolation(_ number: some FixedWidthInteger) {
            if number < 0 { message.append(UInt8(ascii: "-")) }
            message.append(UInt64(truncatingIfNeeded: number.magnitude), base: 10)
        }

        /// A number as `0x` and hexadecimal digits.
        public mutating func appendInterpolation(hex number: UInt64, digits: Int = 1) {
            message.append("0x")
            message.append(number, base: 16, digits: digits)
        }

        /// A literal kept in a variable.
        public mutating func appendInterpolation(_ text: StaticString) {
            message.append(text)
        }

        /// Text whose origin is not trusted: what is not printable becomes a dot.
        public mutating func appendInterpolation(untrusted text: Span<UInt8>) {
            message.appendPrintable(text)
        }
    }
}
