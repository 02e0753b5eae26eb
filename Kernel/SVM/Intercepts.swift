// SPDX-License-Identifier: MIT

/// The intercepts at offset 0x00C of the VMCB. (AMD APM vol. 2 table B-1, §15.9)
struct InstructionIntercepts: OptionSet, BitwiseCopyable, Sendable {
    let rawValue: UInt32

    /// Bit 0, INTR: physical interrupts.
    static let physicalInterrupt = InstructionIntercepts(rawValue: 1 << 0)
    /// Bit 1, NMI.
    static let nonMaskableInterrupt = InstructionIntercepts(rawValue: 1 << 1)
    /// Bit 3, INIT.
    static let initialize = InstructionIntercepts(rawValue: 1 << 3)
    /// Bit 4, VINTR: the guest can take a virtual interrupt.
    static let virtualInterrupt = InstructionIntercepts(rawValue: 1 << 4)
    /// Bit 15, RDPMC.
    static let readPerformanceCounter = InstructionIntercepts(rawValue: 1 << 15)
    /// Bit 18, CPUID.
    static let cpuid = InstructionIntercepts(rawValue: 1 << 18)
    /// Bit 20, IRET.
    static let interruptReturn = InstructionIntercepts(rawValue: 1 << 20)
    /// Bit 22, INVD.
    static let invalidateCaches = InstructionIntercepts(rawValue: 1 << 22)
    /// Bit 24, HLT.
    static let halt = InstructionIntercepts(rawValue: 1 << 24)
    /// Bit 26, INVLPGA.
    static let invalidatePageInASID = InstructionIntercepts(rawValue: 1 << 26)
    /// Bit 27, IOIO_PROT: the ports of the I/O permission map.
    static let portIO = InstructionIntercepts(rawValue: 1 << 27)
    /// Bit 28, MSR_PROT: the registers of the MSR permission map.
    static let modelSpecificRegisters = InstructionIntercepts(rawValue: 1 << 28)
    /// Bit 31, shutdown: a triple fault.
    static let shutdown = InstructionIntercepts(rawValue: 1 << 31)
}

/// The intercepts at offset 0x010 of the VMCB.
struct VirtualizationIntercepts: OptionSet, BitwiseCopyable, Sendable {
    let rawValue: UInt32

    /// Bit 0, VMRUN; the processor insists on it.
    static let vmrun = VirtualizationIntercepts(rawValue: 1 << 0)
    /// Bit 1, VMMCALL.
    static let vmmcall = VirtualizationIntercepts(rawValue: 1 << 1)
    /// Bit 2, VMLOAD.
    static let vmload = VirtualizationIntercepts(rawValue: 1 << 2)
    /// Bit 3, VMSAVE.
    static let vmsave = VirtualizationIntercepts(rawValue: 1 << 3)
    /// Bit 4, STGI.
    static let stgi = VirtualizationIntercepts(rawValue: 1 << 4)
    /// Bit 5, CLGI.
    static let clgi = VirtualizationIntercepts(rawValue: 1 << 5)
    /// Bit 6, SKINIT.
    static let skinit = VirtualizationIntercepts(rawValue: 1 << 6)
    /// Bit 9, WBINVD.
    static let writeBackCaches = VirtualizationIntercepts(rawValue: 1 << 9)
    /// Bit 10, MONITOR.
    static let monitor = VirtualizationIntercepts(rawValue: 1 << 10)
    /// Bit 11, MWAIT.
    static let mwait = VirtualizationIntercepts(rawValue: 1 << 11)
    /// Bit 12, MWAIT when the monitor is armed.
    static let armedMWAIT = VirtualizationIntercepts(rawValue: 1 << 12)
    /// Bit 13, XSETBV.
    static let setExtendedControl = VirtualizationIntercepts(rawValue: 1 << 13)
}
