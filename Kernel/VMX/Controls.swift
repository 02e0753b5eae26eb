// SPDX-License-Identifier: MIT

/// What the processor does about events that have nothing to do with the guest's instructions. (Intel SDM vol. 3C §25.6.1)
struct PinBasedControls: OptionSet, BitwiseCopyable, Sendable {
    let rawValue: UInt32

    /// Bit 0: physical interrupts lead to an exit.
    static let externalInterruptExiting = PinBasedControls(rawValue: 1 << 0)
    /// Bit 3: so do non-maskable ones.
    static let nmiExiting = PinBasedControls(rawValue: 1 << 3)
    /// Bit 5: the processor keeps track of whether the guest handles a non-maskable interrupt.
    static let virtualNMIs = PinBasedControls(rawValue: 1 << 5)
}

/// What leads to an exit while the guest executes instructions. (Intel SDM vol. 3C §25.6.2)
struct ProcessorBasedControls: OptionSet, BitwiseCopyable, Sendable {
    let rawValue: UInt32

    /// Bit 2: the guest can take interrupts.
    static let interruptWindowExiting = ProcessorBasedControls(rawValue: 1 << 2)
    /// Bit 3: RDTSC and its kin add an offset.
    static let timestampOffset = ProcessorBasedControls(rawValue: 1 << 3)
    /// Bit 7: HLT.
    static let haltExiting = ProcessorBasedControls(rawValue: 1 << 7)
    /// Bit 10: MWAIT.
    static let mwaitExiting = ProcessorBasedControls(rawValue: 1 << 10)
    /// Bit 11: RDPMC.
    static let readPerformanceCounterExiting = ProcessorBasedControls(rawValue: 1 << 11)
    /// Bit 21: CR8 is the task priority in the virtual-APIC page.
    static let taskPriorityShadow = ProcessorBasedControls(rawValue: 1 << 21)
    /// Bit 22: the guest can take non-maskable interrupts.
    static let nmiWindowExiting = ProcessorBasedControls(rawValue: 1 << 22)
    /// Bit 24: every access to a port.
    static let unconditionalIOExiting = ProcessorBasedControls(rawValue: 1 << 24)
    /// Bit 28: only the registers of the MSR bitmap, rather than all.
    static let msrBitmap = ProcessorBasedControls(rawValue: 1 << 28)
    /// Bit 29: MONITOR.
    static let monitorExiting = ProcessorBasedControls(rawValue: 1 << 29)
    /// Bit 31: there are secondary controls.
    static let secondaryControls = ProcessorBasedControls(rawValue: 1 << 31)
}

/// More of them. (Intel SDM vol. 3C §25.6.2, table 25-7)
struct SecondaryControls: OptionSet, BitwiseCopyable, Sendable {
    let rawValue: UInt32

    /// Bit 1: extended page tables.
    static let extendedPageTables = SecondaryControls(rawValue: 1 << 1)
    /// Bit 3: the guest has RDTSCP and RDPID.
    static let readTimestampAuxiliary = SecondaryControls(rawValue: 1 << 3)
    /// Bit 5: cached translations are tagged with a virtual-processor identifier.
    static let virtualProcessorIdentifiers = SecondaryControls(rawValue: 1 << 5)
    /// Bit 6: WBINVD.
    static let writeBackExiting = SecondaryControls(rawValue: 1 << 6)
    /// Bit 7: the guest may be in real mode, or run without paging.
    static let unrestrictedGuest = SecondaryControls(rawValue: 1 << 7)
}

/// How the processor leaves the guest. (Intel SDM vol. 3C §25.7.1)
struct ExitControls: OptionSet, BitwiseCopyable, Sendable {
    let rawValue: UInt32

    /// Bit 2: keeps DR7 and DEBUGCTL.
    static let saveDebugControls = ExitControls(rawValue: 1 << 2)
    /// Bit 9: the hypervisor runs in 64-bit mode.
    static let hostAddressSpaceSize = ExitControls(rawValue: 1 << 9)
    /// Bit 18: keeps the page attribute table.
    static let savePageAttributeTable = ExitControls(rawValue: 1 << 18)
    /// Bit 19: loads the hypervisor's.
    static let loadPageAttributeTable = ExitControls(rawValue: 1 << 19)
    /// Bit 20: keeps EFER.
    static let saveEFER = ExitControls(rawValue: 1 << 20)
    /// Bit 21: loads the hypervisor's.
    static let loadEFER = ExitControls(rawValue: 1 << 21)
}

/// How the processor enters the guest. (Intel SDM vol. 3C §25.8.1)
struct EntryControls: OptionSet, BitwiseCopyable, Sendable {
    let rawValue: UInt32

    /// Bit 2: loads DR7 and DEBUGCTL.
    static let loadDebugControls = EntryControls(rawValue: 1 << 2)
    /// Bit 9: long mode is active in the guest; the processor keeps this bit up to date at each exit.
    static let longModeGuest = EntryControls(rawValue: 1 << 9)
    /// Bit 14: loads the page attribute table.
    static let loadPageAttributeTable = EntryControls(rawValue: 1 << 14)
    /// Bit 15: loads EFER.
    static let loadEFER = EntryControls(rawValue: 1 << 15)
}
