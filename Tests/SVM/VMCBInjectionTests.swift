// SPDX-License-Identifier: MIT
import Architecture
import Hypervisor
import Testing

@testable import SVM

struct VMCBInjectionTests {
    @Test("an interrupt can be taken with RFLAGS.IF, without a shadow, and with nothing injected")
    func canTakeInterrupt() {
        let test = TestVMCB()
        #expect(!test.vmcb.canTakeInterrupt)
        test.vmcb.state.rflags = .interruptEnable
        #expect(test.vmcb.canTakeInterrupt)
        test.vmcb.control.interruptShadow = 1
        #expect(!test.vmcb.canTakeInterrupt)
        test.vmcb.control.interruptShadow = 2  // bit 1 mirrors the guest's own virtual interrupt flag
        #expect(test.vmcb.canTakeInterrupt)
        test.vmcb.injectInterrupt(0x40)
        #expect(!test.vmcb.canTakeInterrupt)
        #expect(test.vmcb.hasInjection)
        #expect(test.word(0x0A8) == 0x8000_0040)
    }

    @Test("exceptions are injected with an error code or without")
    func exceptions() {
        let test = TestVMCB()
        test.vmcb.state.cr0 = .protectionEnable
        test.vmcb.injectException(13, errorCode: 0)
        #expect(test.word(0x0A8) == 0x8000_0B0D)
        test.vmcb.injectException(6, errorCode: nil)
        #expect(test.word(0x0A8) == 0x8000_0306)
        test.vmcb.injectNonMaskableInterrupt()
        #expect(test.word(0x0A8) == 0x8000_0202)
    }

    @Test("an interrupt window is a virtual interrupt that is intercepted, until it is taken back")
    func window() {
        let test = TestVMCB()
        test.vmcb.control.instructionIntercepts = .cpuid
        test.vmcb.taskPriority = 4
        test.vmcb.requestInterruptWindow(priority: nil)
        #expect(test.vmcb.control.virtualInterrupt.isRequested)
        #expect(test.vmcb.control.instructionIntercepts == [.cpuid, .virtualInterrupt])
        test.vmcb.cancelInterruptWindow()
        #expect(!test.vmcb.control.virtualInterrupt.isRequested)
        #expect(test.vmcb.control.instructionIntercepts == .cpuid)
        #expect(test.vmcb.taskPriority == 4)
    }

    @Test("a page fault that is intercepted has its address written to CR2, where the guest's handler looks for it")
    func pageFaultAddress() {
        let test = TestVMCB()
        test.vmcb.state.cr2 = 0x1111
        test.vmcb.control.exitCode = 0x4E
        test.vmcb.control.exitInformation2 = 0x7FFF_1234
        test.vmcb.completeException()
        #expect(test.vmcb.state.cr2 == 0x7FFF_1234)
    }

    @Test("of a debug exception the processor has written DR6 itself, and CR2 is left alone")
    func debugException() {
        let test = TestVMCB()
        test.vmcb.state.cr2 = 0x1111
        test.vmcb.debugStatus = 0xFFFF_4FF0
        test.vmcb.control.exitCode = 0x41
        test.vmcb.control.exitInformation2 = 0x7FFF_1234
        test.vmcb.completeException()
        #expect(test.vmcb.state.cr2 == 0x1111)
        #expect(test.vmcb.state.dr6 == 0xFFFF_4FF0)
    }
}
