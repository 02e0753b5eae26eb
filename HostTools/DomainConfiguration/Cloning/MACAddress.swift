// SPDX-License-Identifier: MIT

/// The address of a virtual network card, of those that are set aside for Xen: `00:16:3e` and three bytes of one's own.
public struct MACAddress: Hashable, Sendable, CustomStringConvertible {
    /// The last three bytes, in the order in which they are written.
    public let own: UInt32

    /// The bytes that all of Xen's addresses begin with (xl-network-configuration(5), "mac").
    static let prefix = "00:16:3e"

    /// Any address.
    public init(using random: inout some RandomNumberGenerator) {
        own = UInt32(truncatingIfNeeded: random.next() >> 40 as UInt64)
    }

    /// Reads an address of Xen's; nil for others.
    public init?(parsing text: some StringProtocol) {
        let parts = text.lowercased().split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 6, parts.allSatisfy({ $0.utf8.count == 2 && $0.allSatisfy(\.isHexDigit) }),
            parts.prefix(3).joined(separator: ":") == Self.prefix,
            let own = UInt32(parts.suffix(3).joined(), radix: 16)
        else { return nil }
        self.own = own
    }

    /// Six pairs of digits in lower case.
    public var description: String {
        let digits = String(own + 0x100_0000, radix: 16).dropFirst()
        let pairs = stride(from: 0, to: 6, by: 2).map { String(digits.dropFirst($0).prefix(2)) }
        return ([Self.prefix] + pairs).joined(separator: ":")
    }
}
