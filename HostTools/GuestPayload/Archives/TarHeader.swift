// SPDX-License-Identifier: MIT
import FileTree

/// A member's header in a tar archive: 512 bytes (POSIX.1-2017, `pax`, "ustar Interchange Format").
struct TarHeader {
    /// Bytes of a header, and of the units in which members are stored.
    static let blockSize = 512

    let kind: UInt8
    let name: [UInt8]
    let linkName: [UInt8]
    let attributes: FileAttributes
    let size: Int64
    let device: DeviceNumber

    /// Reads a header. The error is the rule that it breaks.
    init(_ block: [UInt8]) throws(TarRule) {
        guard block.count == Self.blockSize else { throw TarRule("the archive is cut off within a header") }
        try Self.checkSum(of: block)
        kind = block[156]
        let name = Self.text(block[0..<100])
        let prefix = block[257..<263].elementsEqual("ustar\0".utf8) ? Self.text(block[345..<500]) : []
        self.name = prefix.isEmpty ? name : prefix + [UInt8(ascii: "/")] + name
        linkName = Self.text(block[157..<257])
        size = try Self.number(block[124..<136], "size")
        guard size >= 0 else { throw TarRule("a member's size is negative") }
        attributes = FileAttributes(
            permissions: UInt32(truncatingIfNeeded: try Self.number(block[100..<108], "mode")),
            user: UInt32(clamping: try Self.number(block[108..<116], "owner")),
            group: UInt32(clamping: try Self.number(block[116..<124], "group")),
            modificationTime: try Self.number(block[136..<148], "time"))
        let hasDevice = kind == UInt8(ascii: "3") || kind == UInt8(ascii: "4")
        device = DeviceNumber(
            major: hasDevice ? UInt32(clamping: try Self.number(block[329..<337], "device")) : 0,
            minor: hasDevice ? UInt32(clamping: try Self.number(block[337..<345], "device")) : 0)
    }

    /// The sum of all bytes, with spaces in its own place. Some old programs summed signed bytes.
    private static func checkSum(of block: [UInt8]) throws(TarRule) {
        let stated = try number(block[148..<156], "checksum")
        var unsigned: Int64 = 0
        var signed: Int64 = 0
        for (index, byte) in block.enumerated() {
            let value = (148..<156).contains(index) ? 0x20 : byte
            unsigned += Int64(value)
            signed += Int64(Int8(bitPattern: value))
        }
        guard stated == unsigned || stated == signed else { throw TarRule("a header's checksum is wrong") }
    }

    /// The bytes up to the first zero.
    private static func text(_ field: ArraySlice<UInt8>) -> [UInt8] { Array(field.prefix { $0 != 0 }) }

    /// A number in octal digits, or, where its first bit is set, in binary.
    private static func number(_ field: ArraySlice<UInt8>, _ name: String) throws(TarRule) -> Int64 {
        if let first = field.first, first & 0x80 != 0 { return try binaryNumber(field, name) }
        let digits = field.drop { $0 == 0x20 || $0 == 0 }.prefix { $0 != 0x20 && $0 != 0 }
        if digits.isEmpty { return 0 }
        guard digits.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "7") ~= $0 }),
            let value = Int64(String(decoding: digits, as: UTF8.self), radix: 8)
        else { throw TarRule("a member's \(name) is no octal number") }
        return value
    }

    private static func binaryNumber(_ field: ArraySlice<UInt8>, _ name: String) throws(TarRule) -> Int64 {
        let isNegative = field.first.map { $0 & 0x40 != 0 } ?? false
        var value: Int64 = isNegative ? -1 : 0
        for (index, byte) in field.enumerated() {
            let digit = index == 0 ? (isNegative ? byte | 0x80 : byte & 0x7F) : byte
            guard value >> 55 == (isNegative ? -1 : 0) else {
                throw TarRule("a member's \(name) has more than 63 bits")
            }
            value = value << 8 | Int64(digit)
        }
        return value
    }
}

/// A rule of the tar format that an archive breaks.
struct TarRule: Error {
    let text: String

    init(_ text: String) { self.text = text }
}
