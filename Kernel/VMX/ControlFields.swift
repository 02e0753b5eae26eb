// SPDX-License-Identifier: MIT
import Hypervisor

/// The fields that say how the guest runs, how it is left and how it is entered. (Intel SDM vol. 3C §25.6 to §25.8)
enum ControlFields {
    // VM-execution controls.
    static var pinBased: VMCSField<PinBasedControls> { VMCSField(0x4000) }
    static var processorBased: VMCSField<ProcessorBasedControls> { VMCSField(0x4002) }
    static var secondary: VMCSField<SecondaryControls> { VMCSField(0x401E) }
    static var exceptionBitmap: VMCSField<InterceptedExceptions> { VMCSField(0x4004) }
    static var pageFaultErrorCodeMask: VMCSField<UInt32> { VMCSField(0x4006) }
    static var pageFaultErrorCodeMatch: VMCSField<UInt32> { VMCSField(0x4008) }
    /// Bits of CR0 and CR4 that are the hypervisor's, and what the guest reads in their places.
    static var cr0Mask: VMCSField<UInt64> { VMCSField(0x6000) }
    static var cr4Mask: VMCSField<UInt64> { VMCSField(0x6002) }
    static var cr0Shadow: VMCSField<UInt64> { VMCSField(0x6004) }
    static var cr4Shadow: VMCSField<UInt64> { VMCSField(0x6006) }
    static var cr3TargetCount: VMCSField<UInt32> { VMCSField(0x400A) }
    static var virtualAPICPage: VMCSField<UInt64> { VMCSField(0x2012) }
    static var taskPriorityThreshold: VMCSField<UInt32> { VMCSField(0x401C) }
    static var msrBitmap: VMCSField<UInt64> { VMCSField(0x2004) }
    static var extendedPageTables: VMCSField<UInt64> { VMCSField(0x201A) }
    static var virtualProcessorIdentifier: VMCSField<UInt16> { VMCSField(0x0000) }

    // VM-exit controls.
    static var exit: VMCSField<ExitControls> { VMCSField(0x400C) }
    static var exitMSRStoreCount: VMCSField<UInt32> { VMCSField(0x400E) }
    static var exitMSRLoadCount: VMCSField<UInt32> { VMCSField(0x4010) }

    // VM-entry controls.
    static var entry: VMCSField<EntryControls> { VMCSField(0x4012) }
    static var entryMSRLoadCount: VMCSField<UInt32> { VMCSField(0x4014) }
    /// The event to inject: bits 31:0 of an `EventInjection`, and its error code.
    static var entryInterruption: VMCSField<UInt32> { VMCSField(0x4016) }
    static var entryErrorCode: VMCSField<UInt32> { VMCSField(0x4018) }
    static var entryInstructionLength: VMCSField<UInt32> { VMCSField(0x401A) }
}
