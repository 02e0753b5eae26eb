// SPDX-License-Identifier: MIT

/// The identity of a domain: a UUID of 16 bytes, in the order in which it is written.
public struct DomainUUID: Equatable, Hashable, CustomStringConvertible, Sendable {
    /// The 16 bytes.
    public let bytes: [UInt8]

    /// Reads the form `8-4-4-4-12` of hexadecimal digits; nil where `text` has another form.
    public init?(parsing text: String) {
        let groups = text.split(separator: "-", omittingEmptySubsequences: false)
        guard groups.map(\.utf8.count) == [8, 4, 4, 4, 12] else { return nil }
        let digits = Array(groups.joined().utf8)
        var bytes: [UInt8] = []
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard digits[index] != UInt8(ascii: "+"),
                let byte = UInt8(String(decoding: digits[index...index + 1], as: UTF8.self), radix: 16)
            else { return nil }
            bytes.append(byte)
        }
        self.bytes = bytes
    }

    /// A random UUID of version 4 (RFC 9562, section 5.4).
    public init(using random: inout some RandomNumberGenerator) {
        var bytes = (0..<16).map { _ in UInt8.random(in: 0...255, using: &random) }
        bytes[6] = bytes[6] & 0x0F | 0x40
        bytes[8] = bytes[8] & 0x3F | 0x80
        self.bytes = bytes
    }

    /// The UUID of a domain that was given none, so that the same configuration always makes the same image.
    ///
    /// It is the name-based UUID (version 5, RFC 9562 section 5.5) of `apus:domain:NAME` in the namespace for URLs:
    /// what Python calls `uuid.uuid5(uuid.NAMESPACE_URL, "apus:domain:NAME")`.
    public init(derivedFromName name: String) {
        let namespace: [UInt8] = [
            0x6B, 0xA7, 0xB8, 0x11, 0x9D, 0xAD, 0x11, 0xD1, 0x80, 0xB4, 0x00, 0xC0, 0x4F, 0xD4, 0x30, 0xC8,
        ]
        var bytes = Array(SecureHash1.digest(of: namespace + Array("apus:domain:\(name)".utf8)).prefix(16))
        bytes[6] = bytes[6] & 0x0F | 0x50
        bytes[8] = bytes[8] & 0x3F | 0x80
        self.bytes = bytes
    }

    /// The form `8-4-4-4-12` in lower case.
    public var description: String {
        var text = ""
        for (index, byte) in bytes.enumerated() {
            if [4, 6, 8, 10].contains(index) { text += "-" }
            text += (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }
        return text
    }
}
