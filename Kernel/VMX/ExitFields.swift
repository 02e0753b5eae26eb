// SPDX-License-Identifier: MIT

/// The read-only fields that tell about the last exit, or why there was none. (Intel SDM vol. 3C §25.9)
enum ExitFields {
    /// Bits 15:0 are the reason, bit 31 tells that the entry failed.
    static var reason: VMCSField<UInt32> { VMCSField(0x4402) }
    static var qualification: VMCSField<UInt64> { VMCSField(0x6400) }
    static var guestLinearAddress: VMCSField<UInt64> { VMCSField(0x640A) }
    static var guestPhysicalAddress: VMCSField<UInt64> { VMCSField(0x2400) }
    /// The exception or interrupt that has led to the exit.
    static var interruption: VMCSField<UInt32> { VMCSField(0x4404) }
    static var interruptionErrorCode: VMCSField<UInt32> { VMCSField(0x4406) }
    /// The event whose delivery the exit has interrupted.
    static var vectoring: VMCSField<UInt32> { VMCSField(0x4408) }
    static var vectoringErrorCode: VMCSField<UInt32> { VMCSField(0x440A) }
    static var instructionLength: VMCSField<UInt32> { VMCSField(0x440C) }
    static var instructionInformation: VMCSField<UInt32> { VMCSField(0x440E) }
    /// Why a VMX instruction has failed. (§31.4)
    static var instructionError: VMCSField<UInt32> { VMCSField(0x4400) }
}
