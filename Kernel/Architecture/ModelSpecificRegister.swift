// SPDX-License-Identifier: MIT

/// The index of a model-specific register. (AMD APM vol. 2, appendix A; Intel SDM vol. 4)
public enum ModelSpecificRegister {
    /// The time-stamp counter.
    public static let timestamp: UInt32 = 0x10
    /// APIC_BASE: where the local APIC lies, and its mode.
    public static let apicBase: UInt32 = 0x1B
    /// FEATURE_CONTROL: whether firmware permits VMX. (Intel SDM vol. 4, table 2-2)
    public static let featureControl: UInt32 = 0x3A
    /// The page attribute table.
    public static let pageAttributeTable: UInt32 = 0x277
    /// MCG_CAP: how many machine-check banks there are.
    public static let machineCheckCapability: UInt32 = 0x179
    /// MISC_FEATURES_ENABLES: whether CPUID faults outside of privilege level 0. (Intel SDM vol. 4, table 2-2)
    public static let miscellaneousFeatures: UInt32 = 0x140
    /// DEBUGCTL: branch tracing.
    public static let debugControl: UInt32 = 0x1D9
    /// The first of the 256 registers of a local APIC in x2APIC mode.
    public static let x2APICFirst: UInt32 = 0x800
    /// The last of them.
    public static let x2APICLast: UInt32 = 0x8FF
    /// EFER.
    public static let extendedFeatureEnable: UInt32 = 0xC000_0080
    /// STAR: the segments of SYSCALL and SYSRET.
    public static let systemCallSegments: UInt32 = 0xC000_0081
    /// LSTAR: the target of SYSCALL in 64-bit mode.
    public static let systemCallTarget: UInt32 = 0xC000_0082
    /// CSTAR: the target of SYSCALL in compatibility mode.
    public static let systemCallCompatibilityTarget: UInt32 = 0xC000_0083
    /// SFMASK: the flags that SYSCALL clears.
    public static let systemCallFlagMask: UInt32 = 0xC000_0084
    /// The base of FS.
    public static let fsBase: UInt32 = 0xC000_0100
    /// The base of GS.
    public static let gsBase: UInt32 = 0xC000_0101
    /// What SWAPGS exchanges with the base of GS.
    public static let kernelGSBase: UInt32 = 0xC000_0102
    /// TSC_AUX: what RDTSCP returns beside the counter.
    public static let timestampAuxiliary: UInt32 = 0xC000_0103
    /// SYSENTER_CS.
    public static let systemEnterSegment: UInt32 = 0x174
    /// SYSENTER_ESP.
    public static let systemEnterStack: UInt32 = 0x175
    /// SYSENTER_EIP.
    public static let systemEnterTarget: UInt32 = 0x176
    /// VM_CR: whether firmware has switched SVM off. (AMD APM vol. 2 §15.30.1)
    public static let virtualMachineControl: UInt32 = 0xC001_0114
    /// VM_HSAVE_PA: where VMRUN keeps the host's state. (AMD APM vol. 2 §15.30.4)
    public static let hostSaveAddress: UInt32 = 0xC001_0117
}
