// SPDX-License-Identifier: MIT
import Testing

@testable import SVM

struct VMCBFieldsTests {
    @Test(
        "an injected event has its vector, kind, valid bit and error code in their places",
        arguments: [
            (EventInjection(.interrupt, vector: 0xF3), 0x8000_00F3),
            (EventInjection(.nonMaskableInterrupt, vector: 2), 0x8000_0202),
            (EventInjection(.exception, vector: 6), 0x8000_0306),
            (EventInjection(.exception, vector: 14, errorCode: 0xDEAD_BEEF), 0xDEAD_BEEF_8000_0B0E),
            (EventInjection(.exception, vector: 13, errorCode: 0), 0x8000_0B0D),
            (EventInjection(.softwareInterrupt, vector: 0x80), 0x8000_0480),
        ] as [(EventInjection, UInt64)])
    func encoding(event: EventInjection, bits: UInt64) {
        #expect(event.rawValue == bits)
        #expect(event.isValid)
        #expect(EventInjection(rawValue: bits).kind == event.kind)
        #expect(EventInjection(rawValue: bits).vector == event.vector)
    }

    @Test("without the valid bit there is no event; reserved kinds have no name")
    func decoding() {
        #expect(!EventInjection.none.isValid)
        #expect(!EventInjection(rawValue: 0x7FFF_FFFF).isValid)
        for kind in [1, 5, 6, 7] as [UInt64] { #expect(EventInjection(rawValue: 1 << 31 | kind << 8).kind == nil) }
    }

    @Test("an interrupted delivery is repeated, but not that of a software interrupt, whose instruction repeats itself")
    func reinjection() {
        let repeated: [EventInjection] = [
            EventInjection(.interrupt, vector: 0x30), EventInjection(.nonMaskableInterrupt, vector: 2),
            EventInjection(.exception, vector: 14, errorCode: 5), EventInjection(.exception, vector: 1),
        ]
        for event in repeated { #expect(event.forReinjection == event) }
        let dropped: [EventInjection] = [
            .none, EventInjection(rawValue: 0x0000_0B0E), EventInjection(.softwareInterrupt, vector: 0x80),
            EventInjection(.exception, vector: 3), EventInjection(.exception, vector: 4),
        ]
        for event in dropped { #expect(event.forReinjection == .none) }
    }

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
            (.readPerformanceCounter, 15), (.cpuid, 18), (.invalidateCaches, 22), (.halt, 24),
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
