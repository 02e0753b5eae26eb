// SPDX-License-Identifier: MIT
import CPU

/// A table of the firmware's: a signature of four letters, the length, and bytes whose sum is zero. (ACPI specification 6.5 §5.2.6)
struct FirmwareTable {
    private let address: UInt64
    private let length: UInt64

    /// The largest table that is believed.
    private static var longest: UInt64 { 1 << 20 }

    /// The table at an address, if it is one of this kind.
    private init?(at address: UInt64, signature: StaticString) {
        guard address >= 4096, address < 1 << 32 &- FirmwareTable.longest,
            FirmwareTable.isText(signature, at: address)
        else { return nil }
        self.address = address
        length = UInt64(cpu_load32(address &+ 4))
        guard length >= 36, length <= FirmwareTable.longest, FirmwareTable.sum(of: length, at: address) == 0 else {
            return nil
        }
    }

    /// The byte at an offset; nil beyond the end.
    func byte(_ offset: UInt64) -> UInt8? { offset < length ? cpu_load8(address &+ offset) : nil }

    /// The 32-bit word at an offset, which may have any alignment; nil when it is not all in the table.
    func word(_ offset: UInt64) -> UInt32? { offset &+ 4 <= length ? cpu_load32(address &+ offset) : nil }

    /// The place of the root pointer in a range: eight letters on a 16-byte boundary, and twenty bytes whose sum is zero. (§5.2.5)
    static func rootPointer(in range: Range<UInt64>) -> UInt64? {
        var place = range.lowerBound
        while place &+ 36 <= range.upperBound {
            if isText("RSD PTR ", at: place), sum(of: 20, at: place) == 0 { return place }
            place &+= 16
        }
        return nil
    }

    /// The first table of a kind to which a root pointer leads: over the list of 64-bit addresses where there is one, else over that of
    /// 32-bit addresses. (§5.2.7, §5.2.8)
    static func find(_ signature: StaticString, from pointer: UInt64) -> FirmwareTable? {
        let hasLongList =
            cpu_load8(pointer &+ 15) >= 2 && cpu_load32(pointer &+ 28) == 0 && cpu_load32(pointer &+ 24) != 0
        if hasLongList, let list = FirmwareTable(at: UInt64(cpu_load32(pointer &+ 24)), signature: "XSDT") {
            return list.firstEntry(signature, size: 8)
        }
        return FirmwareTable(at: UInt64(cpu_load32(pointer &+ 16)), signature: "RSDT")?.firstEntry(signature, size: 4)
    }

    private func firstEntry(_ signature: StaticString, size: UInt64) -> FirmwareTable? {
        var offset: UInt64 = 36
        while let low = word(offset) {
            let high = size == 8 ? word(offset &+ 4) ?? .max : 0
            if high == 0, let table = FirmwareTable(at: UInt64(low), signature: signature) { return table }
            offset &+= size
        }
        return nil
    }

    private static func isText(_ text: StaticString, at address: UInt64) -> Bool {
        // SAFETY: a static string's bytes live as long as the program, and the buffer's bounds are its own.
        text.withUTF8Buffer { letters in
            for index in letters.indices {
                guard unsafe letters[index] == cpu_load8(address &+ UInt64(index)) else { return false }
            }
            return true
        }
    }

    private static func sum(of count: UInt64, at address: UInt64) -> UInt8 {
        var sum: UInt8 = 0
        for offset in 0..<count { sum &+= cpu_load8(address &+ offset) }
        return sum
    }
}
