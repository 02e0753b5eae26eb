// SPDX-License-Identifier: MIT

/// Why SVM cannot be used.
public enum SVMFailure: Error {
    /// The processor has no SVM.
    case absent
    /// Firmware has switched it off.
    case disabledByFirmware
    /// There is no nested paging.
    case noNestedPaging

    /// The same in words.
    public var message: StaticString {
        switch self {
        case .absent: "this processor has no SVM"
        case .disabledByFirmware:
            "the firmware has switched SVM off (VM_CR.SVMDIS): look for it in the firmware's settings"
        case .noNestedPaging: "this processor's SVM has no nested paging"
        }
    }
}
