// SPDX-License-Identifier: MIT

/// Why VMX cannot be used.
public enum VMXFailure: Error {
    /// The processor has no VMX.
    case absent
    /// Firmware has switched it off and locked the switch.
    case disabledByFirmware
    /// VMXON has failed.
    case notSwitchedOn
    /// There are no virtual NMIs.
    case noVirtualNMIs
    /// There are no secondary controls, or none of those that go with them.
    case noSecondaryControls
    /// There are no extended page tables with four levels, 2 MiB pages and virtual-processor identifiers.
    case noExtendedPaging
    /// Guests cannot run without paging.
    case noUnrestrictedGuest
    /// EFER and the page attribute table are not changed at entries and exits.
    case noEFERSwitch
    /// It is not like that of the processor that has booted the machine.
    case different
    /// Too little memory for the VMXON region and the MSR bitmap.
    case outOfMemory

    /// The same in words.
    public var message: StaticString {
        switch self {
        case .absent: "this processor has no VMX"
        case .disabledByFirmware:
            "the firmware has switched VMX off and locked it (FEATURE_CONTROL): look for it in the firmware's settings"
        case .notSwitchedOn: "VMXON failed: something else on this machine uses VMX, or the firmware is at fault"
        case .noVirtualNMIs: "this processor's VMX has no virtual NMIs"
        case .noSecondaryControls: "this processor's VMX has no TPR shadow, MSR bitmaps or secondary controls"
        case .noExtendedPaging: "this processor's VMX has no extended page tables (EPT) with VPIDs and 2 MiB pages"
        case .noUnrestrictedGuest:
            "this processor's VMX has no unrestricted guests, which PVH guests need: they start without paging"
        case .noEFERSwitch: "this processor's VMX does not switch EFER and the page attribute table"
        case .different: "this processor's VMX has other capabilities than the boot processor's"
        case .outOfMemory: "the machine has too little memory for VMX's own structures"
        }
    }
}
