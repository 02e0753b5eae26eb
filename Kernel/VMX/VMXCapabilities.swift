// SPDX-License-Identifier: MIT
import Architecture
import CPU

/// What the processor's VMX can do, and what it insists on. (Intel SDM vol. 3D appendix A)
struct VMXCapabilities: Equatable, BitwiseCopyable, Sendable {
    /// Which bits of a control field must be set, and which may be.
    struct Allowed: Equatable, BitwiseCopyable, Sendable {
        /// Bits that are always set.
        let required: UInt32
        /// Bits that may be set.
        let possible: UInt32

        /// From a capability register: the required bits in its lower half, the possible ones in its upper.
        init(_ register: UInt64) {
            required = UInt32(truncatingIfNeeded: register)
            possible = UInt32(truncatingIfNeeded: register &>> 32)
        }

        /// Whether a control field may have this value.
        func accepts(_ value: UInt32) -> Bool { value & required == required && value & ~possible == 0 }
    }

    let revisionIdentifier: UInt32
    /// Whether exits for INS and OUTS describe the instruction.
    let describesStringIO: Bool
    let pinBased: Allowed
    let processorBased: Allowed
    let secondary: Allowed
    let exit: Allowed
    let entry: Allowed
    let extendedPaging: ExtendedPagingFeatures
    /// The bits of CR0 and CR4 that must be set in VMX operation, and those that may be.
    let cr0Required: UInt64
    let cr0Possible: UInt64
    let cr4Required: UInt64
    let cr4Possible: UInt64
    /// The number of bits of a physical address.
    let physicalAddressWidth: UInt64

    /// Asks the processor.
    static func ofProcessor() -> VMXCapabilities {
        VMXCapabilities(physicalAddressWidth: UInt64(cpu_cpuid(0x8000_0008, 0).eax & 0xFF)) { cpu_read_msr($0) }
    }

    /// Whether a value of CR0 is possible in VMX operation, but for the bits of `free`, which may be clear.
    func acceptsCR0(_ value: UInt64, except free: UInt64 = 0) -> Bool {
        (value | free) & cr0Required == cr0Required && value & ~cr0Possible == 0
    }

    /// Whether a value of CR4 is possible in VMX operation.
    func acceptsCR4(_ value: UInt64) -> Bool {
        value & cr4Required == cr4Required && value & ~cr4Possible == 0
    }

    /// Asks `register` for the value of a capability register.
    @inline(__always)
    init(physicalAddressWidth: UInt64, _ register: (UInt32) -> UInt64) {
        self.physicalAddressWidth = physicalAddressWidth
        let basic = register(0x480)
        revisionIdentifier = UInt32(truncatingIfNeeded: basic) & 0x7FFF_FFFF
        describesStringIO = basic & 1 << 54 != 0
        // The "true" registers tell which of the bits that once had to be set may be clear nowadays.
        let hasTrueRegisters = basic & 1 << 55 != 0
        pinBased = Allowed(register(hasTrueRegisters ? 0x48D : 0x481))
        processorBased = Allowed(register(hasTrueRegisters ? 0x48E : 0x482))
        exit = Allowed(register(hasTrueRegisters ? 0x48F : 0x483))
        entry = Allowed(register(hasTrueRegisters ? 0x490 : 0x484))
        let hasSecondary = processorBased.possible & ProcessorBasedControls.secondaryControls.rawValue != 0
        secondary = Allowed(hasSecondary ? register(0x48B) : 0)
        let hasExtendedPaging = secondary.possible & SecondaryControls.extendedPageTables.rawValue != 0
        extendedPaging = ExtendedPagingFeatures(rawValue: hasExtendedPaging ? register(0x48C) : 0)
        cr0Required = register(0x486)
        cr0Possible = register(0x487)
        cr4Required = register(0x488)
        cr4Possible = register(0x489)
    }
}

/// What extended page tables and virtual-processor identifiers can do: IA32_VMX_EPT_VPID_CAP. (Intel SDM vol. 3D §A.10)
struct ExtendedPagingFeatures: OptionSet, BitwiseCopyable, Sendable {
    let rawValue: UInt64

    /// Bit 6: tables of four levels.
    static let fourLevels = ExtendedPagingFeatures(rawValue: 1 << 6)
    /// Bit 14: the tables may be write-back memory.
    static let writeBack = ExtendedPagingFeatures(rawValue: 1 << 14)
    /// Bit 16: pages of 2 MiB.
    static let largePages = ExtendedPagingFeatures(rawValue: 1 << 16)
    /// Bit 20: INVEPT.
    static let invept = ExtendedPagingFeatures(rawValue: 1 << 20)
    /// Bit 25: INVEPT for one set of tables.
    static let inveptSingle = ExtendedPagingFeatures(rawValue: 1 << 25)
    /// Bit 26: INVEPT for all.
    static let inveptAll = ExtendedPagingFeatures(rawValue: 1 << 26)
    /// Bit 32: INVVPID.
    static let invvpid = ExtendedPagingFeatures(rawValue: 1 << 32)
    /// Bit 41: INVVPID for one identifier.
    static let invvpidSingle = ExtendedPagingFeatures(rawValue: 1 << 41)
    /// Bit 42: INVVPID for all.
    static let invvpidAll = ExtendedPagingFeatures(rawValue: 1 << 42)
}
