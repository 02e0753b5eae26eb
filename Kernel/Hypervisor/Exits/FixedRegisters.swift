// SPDX-License-Identifier: MIT
import Architecture

/// Model-specific registers that always read the same, and ignore being written or refuse it: what kernels ask for without
/// looking first whether it is there. Which these are depends on the processor's vendor.
struct FixedRegisters: Sendable {
    let vendor: ProcessorVendor

    /// What the register reads; nil when there is none of that index.
    func value(_ index: UInt32) -> UInt64? {
        switch index {
        case ModelSpecificRegister.debugControl: 0
        case ModelSpecificRegister.machineCheckCapability: 0
        case 0x17, 0x8B: 0  // platform identifier, microcode revision
        default: vendor == .intel ? intelValue(index) : amdValue(index)
        }
    }

    /// (Intel SDM vol. 4, table 2-2)
    private func intelValue(_ index: UInt32) -> UInt64? {
        switch index {
        case ModelSpecificRegister.featureControl: 1  // locked, and VMX is not permitted
        case 0xCE, 0x140: 0  // PLATFORM_INFO, MISC_FEATURES_ENABLES: CPUID cannot be made to fault
        case 0x1A0: 1 << 0 | 1 << 11 | 1 << 12  // MISC_ENABLE: fast strings; no branch trace, no event sampling
        default: nil
        }
    }

    /// (AMD BIOS and Kernel Developer's Guide for family 15h, §3.21)
    private func amdValue(_ index: UInt32) -> UInt64? {
        switch index {
        case 0xC001_0010, 0xC001_0015, 0xC001_001D, 0xC001_001F: 0  // SYSCFG, HWCR, TOP_MEM2, NB_CFG
        case 0xC001_0055, 0xC001_1004, 0xC001_1005, 0xC001_1020: 0  // INT_PENDING, CPUID overrides, LS_CFG
        case 0xC001_0000...0xC001_0007, 0xC001_0114: 0  // performance counters, VM_CR
        case 0xC001_1029: 2  // DE_CFG: LFENCE is serialising
        default: nil
        }
    }

    /// Whether writing the register is allowed, and does nothing.
    func acceptsWrite(_ index: UInt32, _ value: UInt64) -> Bool {
        switch index {
        case ModelSpecificRegister.debugControl: value == 0
        case ModelSpecificRegister.timestamp, 0x8B: true
        case 0x1A0: vendor == .intel
        case 0xC001_0015, 0xC001_1029, 0xC001_001F, 0xC001_1020, 0xC001_0055, 0xC001_0000...0xC001_0007:
            vendor != .intel
        default: false
        }
    }
}
