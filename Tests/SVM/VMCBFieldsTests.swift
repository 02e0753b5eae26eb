// SPDX-License-Identifier: MIT
import Testing

@testable import SVM

struct VMCBFieldsTests {
    @Test("the task priority has four bits and touches no others")
    func taskPriority() {
        var control = VirtualInterruptControl(rawValue: 0xFFFF_FFFF_FFFF_FF00)
        control.taskPriority = 0xFA
        #expect(control.rawValue == 0xFFFF_FFFF_FFFF_FF0A)
        #expect(control.taskPriority == 0xA)
    }

    @Test("a waiting interrupt ignores the task priority, or has one of its own; taking it back leaves the rest")
    func virtualInterrupt() {
        var control = VirtualInterruptControl.masking
        control.taskPriority = 5
        control.request(priority: nil)
        #expect(control.isRequested)
        #expect(control.rawValue == 1 << 24 | 1 << 20 | 1 << 8 | 5)
        control.request(priority: 9)
        #expect(control.rawValue == 1 << 24 | 9 << 16 | 1 << 8 | 5)
        control.withdraw()
        #expect(!control.isRequested)
        #expect(control.rawValue == 1 << 24 | 5)
    }

    @Test("the TLB control has the codes of the manual")
    func tlbControl() {
        #expect(TLBControl.keep.rawValue == 0)
        #expect(TLBControl.flushAll.rawValue == 1)
        #expect(TLBControl.flushGuest.rawValue == 3)
    }

    @Test(
        "intercepts have their bits",
        arguments: [
            (InstructionIntercepts.physicalInterrupt, 0), (.nonMaskableInterrupt, 1), (.initialize, 3),
            (.virtualInterrupt, 4),
            (.readPerformanceCounter, 15), (.cpuid, 18), (.interruptReturn, 20), (.invalidateCaches, 22), (.halt, 24),
            (.invalidatePageInASID, 26),
            (.portIO, 27), (.modelSpecificRegisters, 28), (.shutdown, 31),
        ] as [(InstructionIntercepts, UInt32)])
    func instructionIntercepts(intercept: InstructionIntercepts, bit: UInt32) {
        #expect(intercept.rawValue == 1 << bit)
    }

    @Test(
        "the second word of intercepts has its bits",
        arguments: [
            (VirtualizationIntercepts.vmrun, 0), (.vmmcall, 1), (.vmload, 2), (.vmsave, 3), (.stgi, 4), (.clgi, 5),
            (.skinit, 6),
            (.writeBackCaches, 9), (.monitor, 10), (.mwait, 11), (.armedMWAIT, 12), (.setExtendedControl, 13),
        ] as [(VirtualizationIntercepts, UInt32)])
    func virtualizationIntercepts(intercept: VirtualizationIntercepts, bit: UInt32) {
        #expect(intercept.rawValue == 1 << bit)
    }
}
