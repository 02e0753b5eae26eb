// SPDX-License-Identifier: MIT
import Architecture
import Hypervisor
import Testing

@testable import VMX

/// Events whose delivery an exit has interrupted: the IDT-vectoring information. (Intel SDM vol. 3C §25.9.3, §27.6)
struct VMCSReinjectionTests {
    /// A guest that was left while an event was delivered.
    private func makeGuest(vectoring: UInt32, errorCode: UInt32 = 0) -> RecordedVMCS {
        let vmcs = RecordedVMCS()
        vmcs.load(.protectedMode(entry: 0x1000))
        vmcs[ExitFields.vectoring] = vectoring
        vmcs[ExitFields.vectoringErrorCode] = errorCode
        vmcs.injectAgain()
        return vmcs
    }

    @Test("interrupts and exceptions are delivered again", arguments: [0x8000_0030, 0x8000_0306, 0x8000_0301])
    func again(vectoring: UInt32) {
        #expect(makeGuest(vectoring: vectoring)[ControlFields.entryInterruption] == vectoring)
    }

    @Test("with their error codes")
    func errorCode() {
        let vmcs = makeGuest(vectoring: 0x8000_0B0E, errorCode: 0x17)
        #expect(vmcs[ControlFields.entryInterruption] == 0x8000_0B0E)
        #expect(vmcs[ControlFields.entryErrorCode] == 0x17)
    }

    @Test("bit 12, which is undefined after an exit, must be clear at an entry, and is")
    func undefinedBit() {
        #expect(makeGuest(vectoring: 0x8000_1030)[ControlFields.entryInterruption] == 0x8000_0030)
        #expect(makeGuest(vectoring: 0x8000_1B0E)[ControlFields.entryInterruption] == 0x8000_0B0E)
    }

    @Test(
        "INT n, INT1, INT3 and INTO are executed again instead",
        arguments: [0x8000_0480, 0x8000_0501, 0x8000_0603, 0x8000_0604])
    func software(vectoring: UInt32) {
        #expect(!makeGuest(vectoring: vectoring).hasInjection)
    }

    @Test("a non-maskable interrupt that was not delivered is not being handled, and is delivered again")
    func nonMaskableInterrupt() {
        let vmcs = RecordedVMCS()
        vmcs.load(.protectedMode(entry: 0x1000))
        vmcs[GuestFields.interruptibility] = .handlingNMI
        vmcs[ExitFields.vectoring] = 0x8000_0202
        vmcs.injectAgain()
        #expect(vmcs[ControlFields.entryInterruption] == 0x8000_0202)
        #expect(vmcs[GuestFields.interruptibility] == [])
    }

    @Test("an interrupt that is delivered again leaves the handler of a non-maskable one as it is")
    func otherHandler() {
        let vmcs = RecordedVMCS()
        vmcs[GuestFields.interruptibility] = .handlingNMI
        vmcs[ExitFields.vectoring] = 0x8000_030E
        vmcs.injectAgain()
        #expect(vmcs[GuestFields.interruptibility] == .handlingNMI)
    }

    @Test("an event that comes again is one under way, before which nothing else is injected")
    func underWay() {
        let vmcs = makeGuest(vectoring: 0x8000_0030)
        vmcs.flags.insert(.interruptEnable)
        #expect(vmcs.hasInjection)
        #expect(!vmcs.canTakeInterrupt)
    }
}
