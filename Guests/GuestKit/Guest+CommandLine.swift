// SPDX-License-Identifier: MIT
import XenInterface

/// What the guest was started with.
extension Guest {
    /// The domain that runs beside this one in a suite of several guests: `peer=N` on the command line. `nil` when the
    /// guest was started alone.
    ///
    /// Hypervisors number their domains in their own ways, so guests are told by whoever starts them.
    public var peer: DomainIdentifier? {
        option("peer").flatMap(UInt16.init(exactly:)).map(DomainIdentifier.init(rawValue:))
    }

    /// The decimal number of the word `name=N` on the command line; `nil` when there is no such word.
    public func option(_ name: StaticString) -> UInt64? { Self.option(name, of: startInfo) }

    /// The same, before there is a guest.
    static func option(_ name: StaticString, of startInfo: StartInfo) -> UInt64? {
        var start = startInfo.commandLine
        guard start != 0 else { return nil }
        while Memory.load8(start) != 0 {
            if let value = number(of: name, at: start) { return value }
            while !isEnd(Memory.load8(start)) { start &+= 1 }
            while Memory.load8(start) == UInt8(ascii: " ") { start &+= 1 }
        }
        return nil
    }

    /// The number in the word at `start`, if the word is `name=N`.
    private static func number(of name: StaticString, at start: UInt64) -> UInt64? {
        let digits = start &+ UInt64(name.utf8CodeUnitCount)
        let isNamed = name.withUTF8Buffer { bytes in
            for index in bytes.indices {
                // SAFETY: the index is one of the buffer's own, and a static string's bytes live for ever.
                guard unsafe bytes[index] == Memory.load8(start &+ UInt64(index)) else { return false }
            }
            return true
        }
        guard isNamed, Memory.load8(digits) == UInt8(ascii: "=") else { return nil }
        return number(at: digits &+ 1)
    }

    /// The decimal number of up to 18 digits at `start`, and nothing else up to the word's end.
    private static func number(at start: UInt64) -> UInt64? {
        var (address, value) = (start, 0 as UInt64)
        while case let byte = Memory.load8(address), !isEnd(byte) {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte), address &- start < 18 else { return nil }
            value = value &* 10 &+ UInt64(byte &- UInt8(ascii: "0"))
            address &+= 1
        }
        return address == start ? nil : value
    }

    private static func isEnd(_ byte: UInt8) -> Bool { byte == 0 || byte == UInt8(ascii: " ") }
}
