// SPDX-License-Identifier: MIT
import Architecture

/// The fields from which the processor loads the hypervisor's registers at an exit. (Intel SDM vol. 3C §25.5)
enum HostFields {
    static var cr0: VMCSField<UInt64> { VMCSField(0x6C00) }
    static var cr3: VMCSField<UInt64> { VMCSField(0x6C02) }
    static var cr4: VMCSField<UInt64> { VMCSField(0x6C04) }
    /// RSP is written by the world switch itself.
    static var rsp: VMCSField<UInt64> { VMCSField(0x6C14) }
    static var rip: VMCSField<UInt64> { VMCSField(0x6C16) }
    static var esSelector: VMCSField<UInt16> { VMCSField(0x0C00) }
    static var csSelector: VMCSField<UInt16> { VMCSField(0x0C02) }
    static var ssSelector: VMCSField<UInt16> { VMCSField(0x0C04) }
    static var dsSelector: VMCSField<UInt16> { VMCSField(0x0C06) }
    static var fsSelector: VMCSField<UInt16> { VMCSField(0x0C08) }
    static var gsSelector: VMCSField<UInt16> { VMCSField(0x0C0A) }
    static var trSelector: VMCSField<UInt16> { VMCSField(0x0C0C) }
    static var fsBase: VMCSField<UInt64> { VMCSField(0x6C06) }
    static var gsBase: VMCSField<UInt64> { VMCSField(0x6C08) }
    static var trBase: VMCSField<UInt64> { VMCSField(0x6C0A) }
    static var gdtrBase: VMCSField<UInt64> { VMCSField(0x6C0C) }
    static var idtrBase: VMCSField<UInt64> { VMCSField(0x6C0E) }
    static var systemEnterSegment: VMCSField<UInt32> { VMCSField(0x4C00) }
    static var systemEnterStack: VMCSField<UInt64> { VMCSField(0x6C10) }
    static var systemEnterTarget: VMCSField<UInt64> { VMCSField(0x6C12) }
    static var pageAttributeTable: VMCSField<UInt64> { VMCSField(0x2C00) }
    static var efer: VMCSField<EFER> { VMCSField(0x2C02) }
}
