// SPDX-License-Identifier: MIT

/// What EBX points to when a PVH guest starts (`struct hvm_start_info` version 1, Xen public header
/// `arch-x86/hvm/start_info.h`, 56 bytes). Addresses are guest-physical.
public struct StartInfo: GuestStructure {
    /// `StartInfo.magicNumber`.
    public var magic: UInt32 = 0
    /// 1.
    public var version: UInt32 = 0
    /// Bit 0: privileged; bit 1: the control domain.
    public var flags: UInt32 = 0
    /// How many modules.
    public var moduleCount: UInt32 = 0
    /// Address of an array of `StartInfoModule`; 0 if there are none.
    public var moduleList: UInt64 = 0
    /// Address of a zero-terminated string; 0 if there is none.
    public var commandLine: UInt64 = 0
    /// Address of the ACPI root pointer; 0 if there is none.
    public var rootSystemDescription: UInt64 = 0
    /// Address of an array of `StartInfoMemoryRange`.
    public var memoryMap: UInt64 = 0
    /// How many entries it has.
    public var memoryMapCount: UInt32 = 0
    /// Zero.
    public var reserved: UInt32 = 0

    /// All fields zero.
    public init() {}
}

/// A module of a PVH guest (`struct hvm_modlist_entry`, 32 bytes).
public struct StartInfoModule: GuestStructure {
    /// Where it lies.
    public var address: UInt64 = 0
    /// How many bytes it has.
    public var size: UInt64 = 0
    /// Address of a zero-terminated string; 0 if there is none.
    public var commandLine: UInt64 = 0
    /// Zero.
    public var reserved: UInt64 = 0

    /// All fields zero.
    public init() {}
}

/// A range of the memory map of a PVH guest (`struct hvm_memmap_table_entry`, 24 bytes).
public struct StartInfoMemoryRange: GuestStructure {
    /// The first address.
    public var address: UInt64 = 0
    /// The size in bytes.
    public var size: UInt64 = 0
    /// A `MemoryMapKind`.
    public var kind: UInt32 = 0
    /// Zero.
    public var reserved: UInt32 = 0

    /// All fields zero.
    public init() {}
}
