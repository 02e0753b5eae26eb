// SPDX-License-Identifier: MIT

/// The identity of an installed system: 16 bytes, written as 32 hexadecimal digits (`machine-id(5)`).
public struct MachineID: Hashable, Sendable, CustomStringConvertible {
    /// The 16 bytes.
    public let bytes: [UInt8]

    /// An identity that nobody has: a random UUID of version 4 (RFC 9562, section 5.4), as systemd makes it.
    public init(using random: inout some RandomNumberGenerator) {
        var bytes = (0..<16).map { _ in UInt8.random(in: 0...255, using: &random) }
        bytes[6] = bytes[6] & 0x0F | 0x40
        bytes[8] = bytes[8] & 0x3F | 0x80
        self.bytes = bytes
    }

    /// An identity that nobody has, from the system's random numbers.
    public init() {
        var random = SystemRandomNumberGenerator()
        self.init(using: &random)
    }

    /// Reads 32 hexadecimal digits; nil for anything else.
    public init?(parsing text: some StringProtocol) {
        let digits = Array(text.utf8)
        guard digits.count == 32 else { return nil }
        var bytes: [UInt8] = []
        for index in stride(from: 0, to: 32, by: 2) {
            let pair = digits[index...index + 1]
            guard !pair.contains(UInt8(ascii: "+")), !pair.contains(UInt8(ascii: "-")),
                let byte = UInt8(String(decoding: pair, as: UTF8.self), radix: 16)
            else { return nil }
            bytes.append(byte)
        }
        self.bytes = bytes
    }

    /// The 32 digits, in lower case.
    public var description: String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// What a file of the identity holds.
    var fileContents: [UInt8] { Array("\(self)\n".utf8) }

    /// Reads what a file holds: the digits, and white space before and behind them, as dbus-uuidgen reads it.
    /// - Throws: the rule that it breaks.
    init(fileContents: [UInt8]) throws(MachineIDError.Reason) {
        let isWhite: (UInt8) -> Bool = { $0 == 0x20 || (0x09...0x0A).contains($0) || $0 == 0x0D }
        let digits = fileContents.drop(while: isWhite).reversed().drop(while: isWhite).reversed()
        guard digits.count == 32 else { throw .wrongLength(digits.count) }
        guard let identity = MachineID(parsing: String(decoding: Array(digits), as: UTF8.self)) else {
            throw .notHexadecimal
        }
        self = identity
    }
}
