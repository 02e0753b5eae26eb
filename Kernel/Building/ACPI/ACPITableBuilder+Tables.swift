// SPDX-License-Identifier: MIT

extension ACPITableBuilder {
    /// DSDT: the definitions of devices in byte code, of which there are none. Source: ACPI 6.4, 5.2.11.1.
    mutating func appendDefinitions() -> UInt64 {
        endTable(beginTable(signature: ["D", "S", "D", "T"], revision: 2))
    }

    /// FADT, revision 5, 268 bytes: says what hardware is not there. Source: ACPI 6.4, 5.2.9.
    ///
    /// Linux takes the two bits of the boot architecture field as the sign of a PVH guest where GRUB started it.
    mutating func appendFeatures(definitions: UInt64) -> UInt64 {
        let table = beginTable(signature: ["F", "A", "C", "P"], revision: 5)
        pad(table: table, to: 40)
        append(UInt32(truncatingIfNeeded: definitions))
        pad(table: table, to: 109)
        append(UInt16(1 << 2 | 1 << 5))  // no VGA, no CMOS clock; neither legacy devices nor a keyboard controller
        pad(table: table, to: 112)
        append(UInt32(1 << 0 | 1 << 4 | 1 << 5 | 1 << 20))  // WBINVD works, no buttons, hardware-reduced ACPI
        pad(table: table, to: 140)
        append(definitions)
        pad(table: table, to: 268)
        return endTable(table)
    }

    /// MADT: one enabled local APIC for each vCPU, and no I/O APIC. Source: ACPI 6.4, 5.2.12.
    mutating func appendInterruptControllers(vCPUCount: Int) -> UInt64 {
        let table = beginTable(signature: ["A", "P", "I", "C"], revision: 4)
        append(UInt32(0xFEE0_0000))
        append(UInt32(0))  // flags: no pair of 8259 controllers
        for identifier in 0..<vCPUCount {
            append(UInt8(0))  // type: processor local APIC
            append(UInt8(8))  // length
            append(UInt8(identifier))
            append(UInt8(identifier * 2))
            append(UInt32(1))  // enabled
        }
        return endTable(table)
    }

    /// XSDT: where the other tables lie. Source: ACPI 6.4, 5.2.8.
    mutating func appendRoot(tables: InlineArray<2, UInt64>) -> UInt64 {
        let table = beginTable(signature: ["X", "S", "D", "T"], revision: 1)
        for index in tables.indices { append(tables[index]) }
        return endTable(table)
    }
}
