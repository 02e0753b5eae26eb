// SPDX-License-Identifier: MIT
import Architecture
import Hypervisor
import Testing

@testable import VMX

/// Events for the guest. (Intel SDM vol. 3C §25.8.3, §27.6)
struct VMCSInjectionTests {
    /// A guest that takes interrupts.
    private func makeGuest() -> RecordedVMCS {
        let vmcs = RecordedVMCS()
        vmcs.load(.protectedMode(entry: 0x1000))
        vmcs.flags = [.alwaysOne, .interruptEnable]
        return vmcs
    }

    @Test(
        "what is injected is what is found again",
        arguments: [
            EventInjection(.interrupt, vector: 0xF3), EventInjection(.nonMaskableInterrupt, vector: 2),
            EventInjection(.exception, vector: 6), EventInjection(.exception, vector: 14, errorCode: 0x1B),
            EventInjection(.exception, vector: 13, errorCode: 0),
        ])
    func roundTrip(event: EventInjection) {
        let vmcs = makeGuest()
        vmcs.injection = EventInjection(.exception, vector: 14, errorCode: 0xFFFF)  // leaves an error code behind
        vmcs.injection = event
        #expect(vmcs[ControlFields.entryInterruption] == UInt32(truncatingIfNeeded: event.rawValue))
        #expect(vmcs.injection.isValid)
        #expect(vmcs.injection.kind == event.kind)
        #expect(vmcs.injection.vector == event.vector)
        #expect(vmcs.injection.hasErrorCode == event.hasErrorCode)
        if event.hasErrorCode { #expect(vmcs[ControlFields.entryErrorCode] == event.errorCode) }
        vmcs.injection = .none
        #expect(!vmcs.hasInjection)
    }

    @Test("an event that the processor has delivered is gone")
    func delivered() {
        let vmcs = makeGuest()
        vmcs.injectInterrupt(0x40)
        #expect(vmcs.hasInjection)
        vmcs[ControlFields.entryInterruption] &= ~(1 << 31)  // as every exit does
        #expect(!vmcs.hasInjection)
    }

    @Test("exceptions have an error code in protected mode, and none in real mode")
    func errorCodes() {
        let vmcs = makeGuest()
        vmcs.injectException(13, errorCode: 5)
        #expect(vmcs[ControlFields.entryInterruption] == 0x8000_0B0D)
        #expect(vmcs[ControlFields.entryErrorCode] == 5)
        vmcs.load(.realMode(vector: 1))
        vmcs.injectException(13, errorCode: 5)
        #expect(vmcs[ControlFields.entryInterruption] == 0x8000_030D)
    }

    @Test("an interrupt can be taken with RFLAGS.IF, without a shadow, and with nothing injected")
    func canTakeInterrupt() {
        let vmcs = makeGuest()
        #expect(vmcs.canTakeInterrupt)
        vmcs.flags.remove(.interruptEnable)
        #expect(!vmcs.canTakeInterrupt)
        vmcs.flags.insert(.interruptEnable)
        for shadow in [Interruptibility.afterSTI, .afterMOVSS] {
            vmcs[GuestFields.interruptibility] = shadow
            #expect(!vmcs.canTakeInterrupt)
        }
        vmcs[GuestFields.interruptibility] = .handlingNMI
        #expect(vmcs.canTakeInterrupt)
        vmcs.injectInterrupt(0x40)
        #expect(!vmcs.canTakeInterrupt)
    }

    @Test("a non-maskable interrupt can be taken without a shadow and outside of the handler of one")
    func canTakeNonMaskableInterrupt() {
        let vmcs = makeGuest()
        vmcs.flags = .alwaysOne
        #expect(vmcs.canTakeNonMaskableInterrupt)
        for state in [Interruptibility.afterSTI, .afterMOVSS, .handlingNMI] {
            vmcs[GuestFields.interruptibility] = state
            #expect(!vmcs.canTakeNonMaskableInterrupt)
        }
    }

    @Test("a shadow can be set and ended, and the handler of a non-maskable interrupt goes on")
    func shadow() {
        let vmcs = makeGuest()
        vmcs[GuestFields.interruptibility] = [.afterMOVSS, .handlingNMI]
        vmcs.isInterruptShadowed = false
        #expect(vmcs[GuestFields.interruptibility] == .handlingNMI)
        vmcs.isInterruptShadowed = true
        #expect(vmcs[GuestFields.interruptibility] == [.afterSTI, .handlingNMI])
        #expect(vmcs.isInterruptShadowed)
    }

    @Test("exceptions that are intercepted are those of the exception bitmap")
    func interceptedExceptions() {
        let vmcs = makeGuest()
        vmcs.interceptedExceptions = .always
        #expect(vmcs[ControlFields.exceptionBitmap].rawValue == 1 << 1 | 1 << 17)
        #expect(vmcs.interceptedExceptions == .always)
    }

    @Test("a page fault that was intercepted leaves its address in CR2, and a debug exception its causes in DR6")
    func completeException() {
        let vmcs = makeGuest()
        vmcs.cr2 = 0x1111
        vmcs[ExitFields.interruption] = 1 << 31 | 3 << 8 | 14
        vmcs[ExitFields.qualification] = 0x7FFF_1234
        vmcs.completeException()
        #expect(vmcs.cr2 == 0x7FFF_1234)
        #expect(vmcs.debugStatus == 0xFFFF_0FF0)
        vmcs[ExitFields.interruption] = 1 << 31 | 3 << 8 | 1
        vmcs[ExitFields.qualification] = 0xFFFF_FFFF_FFFF_FFFF
        vmcs.completeException()
        #expect(vmcs.debugStatus == 0xFFFF_6FFF)
        #expect(vmcs.cr2 == 0x7FFF_1234)
    }

    @Test("other exceptions leave CR2 and DR6 alone", arguments: [0, 3, 6, 13, 17] as [UInt32])
    func completeOthers(vector: UInt32) {
        let vmcs = makeGuest()
        vmcs[ExitFields.interruption] = 1 << 31 | 3 << 8 | vector
        vmcs[ExitFields.qualification] = 0x1234
        vmcs.completeException()
        #expect(vmcs.cr2 == 0)
        #expect(vmcs.debugStatus == 0xFFFF_0FF0)
    }
}
