// SPDX-License-Identifier: MIT
import Architecture
import Hypervisor
import Testing

@testable import SVM

/// The processor does not tell whether the guest handles an injected non-maskable interrupt: IRET is intercepted for as long as it
/// does.
struct VMCBNonMaskableInterruptTests {
    /// A guest in the handler.
    private func makeGuest() -> TestVMCB {
        let test = TestVMCB.legal()
        test.vmcb.control.instructionIntercepts = .cpuid
        test.vmcb.injectNonMaskableInterrupt()
        return test
    }

    @Test("after one is injected no other can be, and IRET exits")
    func injected() {
        let test = TestVMCB.legal()
        #expect(test.vmcb.canTakeNonMaskableInterrupt)
        test.vmcb.control.instructionIntercepts = .cpuid
        test.vmcb.injectNonMaskableInterrupt()
        #expect(!test.vmcb.canTakeNonMaskableInterrupt)
        #expect(test.vmcb.control.instructionIntercepts == [.cpuid, .interruptReturn])
        #expect(test.word(0x0A8) == 0x8000_0202)
    }

    @Test("interrupts and exceptions are not what this is about")
    func others() {
        let test = TestVMCB.legal()
        test.vmcb.injectInterrupt(0x30)
        test.vmcb.injectException(14, errorCode: 2)
        test.vmcb.injection = .none
        #expect(test.vmcb.canTakeNonMaskableInterrupt)
        #expect(test.vmcb.control.instructionIntercepts == [])
    }

    @Test("the end of the handler ends it, and other exits do not")
    func end() {
        let test = makeGuest()
        test.vmcb.control.exitCode = 0x64
        test.vmcb.cancelInterruptWindow()
        #expect(!test.vmcb.canTakeNonMaskableInterrupt)
        test.vmcb.control.exitCode = 0x74
        #expect(test.vmcb.exit == .interruptWindow)
        test.vmcb.cancelInterruptWindow()
        #expect(test.vmcb.canTakeNonMaskableInterrupt)
        #expect(test.vmcb.control.instructionIntercepts == .cpuid)
    }

    @Test("so does a start")
    func start() {
        let test = makeGuest()
        test.vmcb.load(.realMode(vector: 1))
        #expect(test.vmcb.canTakeNonMaskableInterrupt)
        #expect(test.vmcb.control.instructionIntercepts == .cpuid)
    }

    @Test("an invalid event of that kind, as an exit may report, changes nothing")
    func invalid() {
        let test = TestVMCB.legal()
        test.vmcb.injection = EventInjection(rawValue: 2 << 8 | 2)
        #expect(test.vmcb.canTakeNonMaskableInterrupt)
    }
}
