// SPDX-License-Identifier: MIT
import CPU

/// The processors of the machine, by the numbers of their local APICs, as the firmware's ACPI tables list them.
///
/// The tables are as trustworthy as firmware is: lengths and checksums are checked, nothing is followed beyond the first 4 GiB, and what
/// makes no sense is left out. (ACPI specification 6.5 §5.2)
public struct ProcessorList: Sendable {
    /// The numbers, without repetitions, in the order of the tables.
    public private(set) var identifiers = InlineArray<64, UInt32>(repeating: 0)
    /// How many there are.
    public private(set) var count = 0

    /// No processors.
    public init() {}

    /// Those in the tables to which a root pointer leads that lies in one of these ranges; none when there is no such.
    public init(searching ranges: (Range<UInt64>, Range<UInt64>)) {
        guard let pointer = FirmwareTable.rootPointer(in: ranges.0) ?? FirmwareTable.rootPointer(in: ranges.1),
            let table = FirmwareTable.find("APIC", from: pointer)
        else { return }
        read(table)
    }

    /// Where firmware puts the root pointer: the first KiB of its extended data area, or the last 128 KiB below 1 MiB. (§5.2.5.1)
    public static var biosRanges: (Range<UInt64>, Range<UInt64>) {
        let segment = UInt64(cpu_load8(0x40E)) | UInt64(cpu_load8(0x40F)) << 8
        let dataArea = segment << 4
        let isPlausible = dataArea >= 0x8_0000 && dataArea < 0xA_0000
        return (isPlausible ? dataArea..<dataArea &+ 1024 : 0..<0, 0xE_0000..<0x10_0000)
    }

    /// Reads the "multiple APIC description table": behind its header of 44 bytes, entries with their kind and length in front.
    /// (§5.2.12)
    private mutating func read(_ table: FirmwareTable) {
        var offset: UInt64 = 44
        while let kind = table.byte(offset), let length = table.byte(offset &+ 1), length >= 2 {
            switch (kind, length) {
            // The local APIC: its number in a byte, and whether the processor may be used. (§5.2.12.2)
            case (0, 8...):
                if let number = table.byte(offset &+ 3), let flags = table.word(offset &+ 4), flags & 1 != 0 {
                    append(UInt32(number))
                }
            // The same for larger numbers. (§5.2.12.12)
            case (9, 16...):
                if let number = table.word(offset &+ 4), let flags = table.word(offset &+ 8), flags & 1 != 0 {
                    append(number)
                }
            default: break
            }
            offset &+= UInt64(length)
        }
    }

    private mutating func append(_ identifier: UInt32) {
        guard count < 64 else { return }
        for index in 0..<count where identifiers[index] == identifier { return }
        identifiers[count] = identifier
        count &+= 1
    }
}
