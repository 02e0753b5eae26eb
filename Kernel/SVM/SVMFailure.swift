// SPDX-License-Identifier: MIT

/// Why SVM cannot be used.
public enum SVMFailure: Error {
    /// The processor has no SVM.
    case absent
    /// Firmware has switched it off.
    case disabledByFirmware
    /// There is no nested paging.
    case noNestedPaging
    /// It is not like that of the processor that has booted the machine.
    case different
    /// Too little memory for the permission maps and the host's state.
    case outOfMemory

    /// The same in words.
    public var message: StaticString {
        switch self {
        case .absent: "this processor has no SVM"
        case .disabledByFirmware:
            "the firmware has switched SVM off (VM_CR.SVMDIS): look for it in the firmware's settings"
        case .noNestedPaging: "this processor's SVM has no nested paging"
        case .different: "this processor's SVM has other features than the boot processor's"
        case .outOfMemory: "the machine has too little memory for SVM's own structures"
        }
    }
}
