// SPDX-License-Identifier: MIT
import Testing

@testable import VMX

/// What the processor says when it does not enter a guest. (Intel SDM vol. 3C §27.8, §31.4)
struct VMCSRefusalTests {
    @Test(
        "an entry that fails before the guest's state is looked at has an error of the instruction",
        arguments: [
            (4, "not clear"), (5, "not been launched"), (6, "VMXOFF"), (7, "control fields"), (8, "host-state fields"),
            (25, "executive-VMCS"), (26, "MOV SS"), (0, "failed"), (99, "failed"),
        ] as [(UInt32, String)])
    func instructionErrors(error: UInt32, words: String) {
        let vmcs = RecordedVMCS()
        vmcs.hasFailed = true
        vmcs[ExitFields.reason] = 0x8000_0021
        vmcs[ExitFields.instructionError] = error
        #expect("\(vmcs.refusal)".contains(words))
    }

    @Test(
        "an entry that fails later has a reason",
        arguments: [
            (33, "invalid guest state"), (34, "model-specific registers"), (41, "machine check"), (1, "failed"),
        ]
            as [(UInt32, String)])
    func reasons(reason: UInt32, words: String) {
        let vmcs = RecordedVMCS()
        vmcs[ExitFields.reason] = 1 << 31 | reason
        vmcs[ExitFields.instructionError] = 7  // of an earlier instruction
        #expect("\(vmcs.refusal)".contains(words))
    }

    @Test(
        "an invalid guest state has a qualification",
        arguments: [
            (0, "invalid guest state"), (2, "page-directory"), (3, "MOV SS"), (4, "link pointer"), (9, "state"),
        ]
            as [(UInt64, String)])
    func guestStates(qualification: UInt64, words: String) {
        let vmcs = RecordedVMCS()
        vmcs[ExitFields.reason] = 0x8000_0021
        vmcs[ExitFields.qualification] = qualification
        #expect("\(vmcs.refusal)".contains(words))
    }
}
