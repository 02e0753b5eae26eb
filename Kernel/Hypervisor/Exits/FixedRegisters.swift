// SPDX-License-Identifier: MIT
import Architecture

/// Model-specific registers that always read the same, and ignore being written or refuse it, as they do on Xen: what kernels ask
/// for without looking first whether it is there. Which these are depends on the processor's vendor.
struct FixedRegisters: Sendable {
    let vendor: ProcessorVendor

    /// What the register reads; nil when there is none of that index.
    func value(_ index: UInt32) -> UInt64? {
        switch index {
        case 0, 1, 0x2C: 0  // P5_MC_ADDR, P5_MC_TYPE, EBC_FREQUENCY_ID
        case 0x8B: 0  // microcode revision
        case 0xCE: 1 << 31  // PLATFORM_INFO: CPUID can be made to fault
        case ModelSpecificRegister.debugControl: 0
        case 0x6E0: 0  // TSC_DEADLINE, which a timer in another mode does not have
        default: machineCheckValue(index) ?? (vendor == .intel ? intelValue(index) : amdValue(index))
        }
    }

    /// Two banks, which report no errors. (Intel SDM vol. 3B §15.3; AMD APM vol. 2 §9.3)
    private func machineCheckValue(_ index: UInt32) -> UInt64? {
        switch index {
        case ModelSpecificRegister.machineCheckCapability: 2
        case 0x17A, 0x17B: 0  // MCG_STATUS, MCG_CTL
        case 0x400, 0x404: .max  // MC0_CTL, MC1_CTL: every error is reported
        case 0x280...0x29F, 0x401...0x47F: 0
        default: nil
        }
    }

    /// (Intel SDM vol. 4, table 2-2)
    private func intelValue(_ index: UInt32) -> UInt64? {
        switch index {
        case 0x17: 0  // PLATFORM_ID
        case ModelSpecificRegister.featureControl: 1  // locked, and VMX is not permitted
        case 0x1A0: 1 << 0 | 1 << 11 | 1 << 12  // MISC_ENABLE: fast strings; no branch trace, no event sampling
        default: nil
        }
    }

    /// (AMD BIOS and Kernel Developer's Guide for family 15h, §3.21)
    private func amdValue(_ index: UInt32) -> UInt64? {
        switch index {
        case 0xC000_0408...0xC000_040A: 1 << 61  // MC4_MISC: counting errors is locked
        case 0xC001_0000...0xC001_0007, 0xC001_0200...0xC001_020B: 0  // performance counters
        case 0xC001_0010, 0xC001_001A, 0xC001_001D, 0xC001_001F: 0  // SYSCFG, TOP_MEM, TOP_MEM2, NB_CFG
        case 0xC001_0015, 0xC001_0055: 0  // HWCR, INT_PENDING
        case ModelSpecificRegister.virtualMachineControl, ModelSpecificRegister.hostSaveAddress: 0
        case 0xC001_1023, 0xC001_102A, 0xC001_102C: 0  // configuration of caches and of execution
        case 0xC001_1029: 2  // DE_CFG: LFENCE is serialising
        default: nil
        }
    }

    /// Whether writing the register is allowed, and does nothing.
    func acceptsWrite(_ index: UInt32, _ value: UInt64) -> Bool {
        switch index {
        case ModelSpecificRegister.debugControl: return value == 0
        case ModelSpecificRegister.timestamp, 0x6E0: return true
        case 0x8B, 0x1A0: return vendor == .intel
        case 0xC001_0020: return vendor != .intel  // the loader of microcode
        case 0, 1, 0x2C, 0xCE, 0xC001_0015, 0xC001_0055: return false
        // No error can be made up.
        case 0x401...0x47F where index & 3 == 1: return value == 0
        default: return machineCheckValue(index) != nil || vendor != .intel && amdValue(index) != nil
        }
    }
}
