// SPDX-License-Identifier: MIT

/// A parameter of a domain (`HVM_PARAM_*`, Xen public header `hvm/params.h`).
public enum HVMParameter: UInt32, CaseIterable, Sendable {
    /// How the guest is told of events, see `EventCallback`.
    case callbackInterrupt = 0
    /// The guest frame of the xenstore ring.
    case xenstoreFrame = 1
    /// The guest's event-channel port of the xenstore ring.
    case xenstorePort = 2
    /// Withdrawn.
    case pae = 4
    /// The frame of a device model's requests.
    case deviceRequestFrame = 5
    /// The frame of a device model's buffered requests.
    case bufferedRequestFrame = 6
    /// Which Hyper-V features the guest sees.
    case viridian = 9
    /// How missed timer ticks are made up for.
    case timerMode = 10
    /// Whether there is an HPET.
    case hpetEnabled = 11
    /// Where an identity page table lies, for machines without unrestricted guests.
    case identityPageTable = 12
    /// Withdrawn.
    case deviceModelDomain = 13
    /// The ACPI sleep state.
    case acpiSleepState = 14
    /// Where a virtual-8086 task state segment may lie.
    case vm86TaskState = 15
    /// Whether periodic timers are aligned.
    case timerAlignment = 16
    /// The guest frame of the console ring.
    case consoleFrame = 17
    /// The guest's event-channel port of the console ring.
    case consolePort = 18
    /// Where the ACPI ports lie.
    case acpiPortsLocation = 19
    /// The ring of memory paging.
    case pagingRingFrame = 27
    /// The ring of memory monitoring.
    case monitorRingFrame = 28
    /// The ring of memory sharing.
    case sharingRingFrame = 29
    /// The `ShutdownReason` of a triple fault.
    case tripleFaultReason = 31
    /// The first frame of device servers' requests.
    case deviceServerFrame = 32
    /// How many there are.
    case deviceServerFrameCount = 33
    /// Where the generation identifier lies.
    case generationIdentifierAddress = 34
    /// Whether alternate physical maps may be used.
    case alternateMap = 35
    /// The width of the x87 instruction pointer.
    case x87InstructionPointerWidth = 36
    /// Where a virtual-8086 task state segment may lie, with its size.
    case vm86TaskStateSized = 37
    /// Machine-check capabilities.
    case machineCheckCapabilities = 38
}
