// SPDX-License-Identifier: MIT
import Architecture
import Hypervisor
import Testing

@testable import VMX

/// From the basic exit reasons of Intel SDM vol. 3D appendix C to the neutral `Exit`.
struct VMCSExitTests {
    let vmcs = RecordedVMCS()

    private func decode(_ reason: UInt32, _ qualification: UInt64 = 0) -> Exit {
        vmcs[ExitFields.reason] = reason
        vmcs[ExitFields.qualification] = qualification
        return vmcs.exit
    }

    @Test(
        "each reason that is asked for has its meaning",
        arguments: [
            (1, .physicalInterrupt), (2, .tripleFault), (7, .interruptWindow), (8, .interruptWindow), (10, .cpuid),
            (12, .halt), (13, .invalidateCaches), (18, .hypercall), (30, .portIO), (31, .readMSR), (32, .writeMSR),
            (43, .interruptWindow), (48, .nestedPageFault), (54, .invalidateCaches), (55, .setExtendedControl),
        ] as [(UInt32, Exit)])
    func reasons(reason: UInt32, exit: Exit) {
        #expect(decode(reason) == exit)
    }

    @Test("instructions of VMX and others that guests do not have are undefined")
    func undefined() {
        for reason in [11, 15, 19, 20, 21, 22, 23, 24, 25, 26, 27, 36, 39, 50, 53] as [UInt32] {
            #expect(decode(reason) == .undefinedInstruction)
        }
    }

    @Test("an entry that fails is a refusal, whatever the reason", arguments: [33, 34, 41] as [UInt32])
    func refusals(reason: UInt32) {
        #expect(decode(1 << 31 | reason) == .invalidState)
        #expect(decode(reason) == .unexpected)
    }

    @Test("all other reasons are unexpected, and the reason is told")
    func unexpected() {
        let known: Set<UInt32> = Set([0, 1, 2, 7, 8, 10, 11, 12, 13, 15, 28, 30, 31, 32, 36, 39, 43, 48]).union(
            [50, 53, 54, 55]
        ).union(18...27)
        for reason in UInt32(0)...0x100 where !known.contains(reason) {
            #expect(decode(reason) == .unexpected)
            #expect(vmcs.exitCode == UInt64(reason))
        }
        #expect(decode(1 << 27 | 18) == .unexpected)  // an exit from system-management mode
    }

    @Test("each of the 32 exceptions but the non-maskable interrupt is one with its vector and error code")
    func exceptions() {
        for vector in UInt32(0)..<32 where vector != 2 {
            vmcs[ExitFields.interruption] = 1 << 31 | 1 << 11 | 3 << 8 | vector
            vmcs[ExitFields.interruptionErrorCode] = 0x18 + vector
            #expect(decode(0) == .exception)
            #expect(vmcs.exception.vector == UInt8(vector))
            #expect(vmcs.exception.errorCode == 0x18 + vector)
        }
    }

    @Test("exceptions of INT1, INT3 and INTO are exceptions as well; a non-maskable interrupt is a physical one")
    func kindsOfException() {
        for (kind, vector) in [(5, 1), (6, 3), (6, 4)] as [(UInt32, UInt32)] {
            vmcs[ExitFields.interruption] = 1 << 31 | kind << 8 | vector
            #expect(decode(0) == .exception)
            #expect(vmcs.exception.vector == UInt8(vector))
        }
        vmcs[ExitFields.interruption] = 1 << 31 | 2 << 8 | 2
        #expect(decode(0) == .physicalNonMaskableInterrupt)
    }

    @Test("an extended-page-table violation tells the address")
    func violation() {
        vmcs[ExitFields.guestPhysicalAddress] = 0xFED0_0123
        #expect(decode(48, 0x81) == .nestedPageFault)
        #expect(vmcs.faultAddress == GuestPhysicalAddress(0xFED0_0123))
        #expect(vmcs[GuestFields.interruptibility] == [])
    }

    @Test("an IRET that faults has not ended the handler of a non-maskable interrupt, though the processor thinks so")
    func unblocking() {
        #expect(decode(48, 1 << 12 | 1) == .nestedPageFault)
        #expect(vmcs[GuestFields.interruptibility] == .handlingNMI)
        vmcs[GuestFields.interruptibility] = .afterSTI
        vmcs[ExitFields.interruption] = 1 << 31 | 1 << 12 | 3 << 8 | 14
        #expect(decode(0) == .exception)
        #expect(vmcs[GuestFields.interruptibility] == [.afterSTI, .handlingNMI])
    }

    @Test("while an event was being delivered there was no IRET: the same bit then means nothing")
    func unblockingWhileDelivering() {
        vmcs[ExitFields.vectoring] = 1 << 31 | 0x30
        #expect(decode(48, 1 << 12 | 1) == .nestedPageFault)
        vmcs[ExitFields.interruption] = 1 << 31 | 1 << 12 | 3 << 8 | 14
        #expect(decode(0) == .exception)
        #expect(vmcs[GuestFields.interruptibility] == [])
    }

    @Test("nor does it mean anything for a double fault")
    func unblockingByDoubleFault() {
        vmcs[ExitFields.interruption] = 1 << 31 | 1 << 12 | 1 << 11 | 3 << 8 | 8
        #expect(decode(0) == .exception)
        #expect(vmcs[GuestFields.interruptibility] == [])
    }
}
