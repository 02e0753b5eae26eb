// SPDX-License-Identifier: MIT

/// What a range of physical memory is (BIOS INT 0x15, EAX=0xE820; ACPI specification).
public enum MemoryMapKind: UInt32, CaseIterable, Sendable {
    /// Memory that the guest may use.
    case ram = 1
    /// Not for use.
    case reserved = 2
    /// ACPI tables; may be used once they have been read.
    case acpiReclaimable = 3
    /// ACPI's own; never to be used.
    case acpiNonVolatile = 4
    /// Faulty memory.
    case unusable = 5
    /// Memory that is switched off.
    case disabled = 6
    /// Persistent memory.
    case persistent = 7
}

/// A range as `MemoryOperation.memoryMap` tells it: 20 packed bytes, the same for all callers.
public struct MemoryMapRange: GuestStructure {
    /// The first address.
    public var start: PackedUInt64 = PackedUInt64()
    /// The size in bytes.
    public var size: PackedUInt64 = PackedUInt64()
    /// A `MemoryMapKind`.
    public var kind: UInt32 = 0

    /// All fields zero.
    public init() {}
}
