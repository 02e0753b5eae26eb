// SPDX-License-Identifier: MIT

/// The name of a file in its folder, as Linux has it: any bytes but zero and `/`, at most 255 of them.
public struct FileName: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The bytes, mostly UTF-8.
    public let bytes: [UInt8]

    /// A name of these bytes; nil for `.`, `..`, the empty name, one that is too long, and one with `/` or a zero.
    public init?(_ bytes: some Collection<UInt8>) {
        guard (1...255).contains(bytes.count), !bytes.contains(0), !bytes.contains(UInt8(ascii: "/")) else {
            return nil
        }
        guard !bytes.allSatisfy({ $0 == UInt8(ascii: ".") }) || bytes.count > 2 else { return nil }
        self.bytes = Array(bytes)
    }

    /// A name of this text, under the same rules.
    public init?(_ text: some StringProtocol) { self.init(Array(text.utf8)) }

    /// The order of their bytes.
    public static func < (one: FileName, other: FileName) -> Bool {
        one.bytes.lexicographicallyPrecedes(other.bytes)
    }

    /// The name for people; bytes that a terminal would act upon, or that are no text, show as `?`.
    public var description: String { printable(bytes) }
}

/// Bytes as text that can do no harm on a terminal.
public func printable(_ bytes: some Sequence<UInt8>) -> String {
    let scalars = String(decoding: Array(bytes), as: UTF8.self).unicodeScalars.map { scalar -> Unicode.Scalar in
        let isHarmless = !scalar.properties.isDefaultIgnorableCodePoint && scalar.properties.generalCategory != .control
        return isHarmless && scalar != "\u{FFFD}" ? scalar : "?"
    }
    return String(String.UnicodeScalarView(scalars))
}
