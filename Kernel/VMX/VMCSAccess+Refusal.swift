// SPDX-License-Identifier: MIT

/// What the processor says when it does not enter a guest.
extension VMCSAccess {
    var refusal: StaticString {
        if hasFailed { return instructionErrorName }
        return switch self[ExitFields.reason] & 0xFFFF {
        case 33: guestStateErrorName
        case 34: "VM entry failed: loading the model-specific registers"
        case 41: "VM entry failed: machine check"
        default: "VM entry failed"
        }
    }

    /// (Intel SDM vol. 3C §27.8, "exit qualification")
    private var guestStateErrorName: StaticString {
        switch self[ExitFields.qualification] {
        case 2: "VM entry failed: the guest's page-directory pointers"
        case 3: "VM entry failed: a non-maskable interrupt and the shadow of MOV SS"
        case 4: "VM entry failed: the VMCS link pointer"
        default: "VM entry failed: invalid guest state"
        }
    }

    /// (Intel SDM vol. 3C §31.4, table 31-1)
    private var instructionErrorName: StaticString {
        switch self[ExitFields.instructionError] {
        case 4: "VMLAUNCH with a VMCS that is not clear"
        case 5: "VMRESUME with a VMCS that has not been launched"
        case 6: "VMRESUME after VMXOFF"
        case 7: "VM entry with invalid control fields"
        case 8: "VM entry with invalid host-state fields"
        case 25: "VM entry with invalid executive-VMCS pointer"
        case 26: "VM entry with events blocked by MOV SS"
        default: "VMLAUNCH or VMRESUME failed"
        }
    }
}
