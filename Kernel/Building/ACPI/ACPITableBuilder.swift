// SPDX-License-Identifier: MIT

/// Lays tables out one after the other, each on a multiple of 16 bytes, and gives each its length and its checksum.
struct ACPITableBuilder {
    private(set) var record = ByteRecord<2048>()

    /// The guest-physical address of the table that starts at `offset` of the record.
    static func address(of offset: Int) -> UInt64 {
        GuestPhysicalLayout.acpi.address + UInt64(offset)
    }

    /// Starts a structure, and returns its offset in the record.
    private mutating func align() -> Int {
        record.pad(to: (record.count + 15) / 16 * 16)
        return record.count
    }

    /// Starts a table with the header that all but the root pointer share, 36 bytes. Source: ACPI 6.4, 5.2.6.
    mutating func beginTable(signature: InlineArray<4, Unicode.Scalar>, revision: UInt8) -> Int {
        let start = align()
        record.append(ascii: signature)
        record.append(UInt32(0))  // length, set when the table is complete
        record.append(revision)
        record.append(UInt8(0))  // checksum, likewise
        record.append(ascii: ["A", "P", "U", "S", " ", " "])
        record.append(ascii: ["A", "P", "U", "S", " ", "P", "V", "H"])
        record.append(UInt32(1))
        record.append(ascii: ["A", "P", "U", "S"])
        record.append(UInt32(1))
        return start
    }

    /// Completes the table that starts at `start`, and returns its guest-physical address.
    mutating func endTable(_ start: Int) -> UInt64 {
        record.set(UInt32(record.count - start), at: start + 4)
        record.set(0 &- record.sum(of: start..<record.count), at: start + 9)
        return Self.address(of: start)
    }

    /// RSDP: the root pointer, 36 bytes, with one checksum for ACPI 1.0 and one for the whole. Source: ACPI 6.4, 5.2.5.
    mutating func appendPointer(root: UInt64) -> UInt64 {
        let start = align()
        record.append(ascii: ["R", "S", "D", " ", "P", "T", "R", " "])
        record.append(UInt8(0))
        record.append(ascii: ["A", "P", "U", "S", " ", " "])
        record.append(UInt8(2))  // revision
        record.append(UInt32(0))  // no table of 32-bit pointers
        record.append(UInt32(36))
        record.append(root)
        record.pad(to: start + 36)
        record.set(0 &- record.sum(of: start..<start + 20), at: start + 8)
        record.set(0 &- record.sum(of: start..<start + 36), at: start + 32)
        return Self.address(of: start)
    }

    mutating func append<Value: FixedWidthInteger & UnsignedInteger>(_ value: Value) {
        record.append(value)
    }

    /// Appends zeros until the table that starts at `start` is `size` bytes long.
    mutating func pad(table start: Int, to size: Int) {
        record.pad(to: start + size)
    }
}
