// SPDX-License-Identifier: MIT
import Architecture
import Testing

@testable import SVM

/// Sizes and offsets as AMD APM vol. 2 appendix B, tables B-1 and B-2, has them.
struct VMCBLayoutTests {
    @Test("the control area has 1024 bytes, and the guest's state lies behind it in the same frame")
    func sizes() {
        #expect(MemoryLayout<VMCBControlArea>.size == 0x400)
        #expect(MemoryLayout<VMCBControlArea>.stride == 0x400)
        #expect(MemoryLayout<VMCBLayout>.offset(of: \.state) == 0x400)
        #expect(MemoryLayout<VMCBStateSaveArea>.size == 0x298)
        #expect(MemoryLayout<VMCBLayout>.size <= 4096)
    }

    @Test("a segment register has 16 bytes: selector, attributes, limit, base")
    func segment() {
        #expect(MemoryLayout<Segment>.size == 16)
        #expect(MemoryLayout<Segment>.offset(of: \.selector) == 0)
        #expect(MemoryLayout<Segment>.offset(of: \.attributes) == 2)
        #expect(MemoryLayout<Segment>.offset(of: \.limit) == 4)
        #expect(MemoryLayout<Segment>.offset(of: \.base) == 8)
    }

    private var controlOffsets: [(PartialKeyPath<VMCBControlArea>, Int)] {
        [
            (\.interceptedControlRegisterReads, 0x000), (\.interceptedControlRegisterWrites, 0x002),
            (\.interceptedDebugRegisterReads, 0x004), (\.interceptedDebugRegisterWrites, 0x006),
            (\.interceptedExceptions, 0x008), (\.instructionIntercepts, 0x00C), (\.virtualizationIntercepts, 0x010),
            (\.furtherIntercepts, 0x014), (\.pauseFilterThreshold, 0x03C), (\.pauseFilterCount, 0x03E),
            (\.ioPermissionMap, 0x040), (\.msrPermissionMap, 0x048), (\.timestampOffset, 0x050),
            (\.addressSpaceIdentifier, 0x058), (\.tlbControl, 0x05C), (\.virtualInterrupt, 0x060),
            (\.interruptShadow, 0x068),
            (\.exitCode, 0x070), (\.exitInformation1, 0x078), (\.exitInformation2, 0x080),
            (\.exitInterruptInformation, 0x088), (\.nestedPagingEnable, 0x090), (\.eventInjection, 0x0A8),
            (\.nestedCR3, 0x0B0), (\.lastBranchRecordEnable, 0x0B8), (\.cleanBits, 0x0C0),
            (\.nextInstructionPointer, 0x0C8),
            (\.fetchedInstruction, 0x0D0), (\.isHandlingNonMaskableInterrupt, 0x3E0),
        ]
    }

    @Test("each field of the control area has its offset")
    func controlArea() {
        for (field, offset) in controlOffsets {
            #expect(MemoryLayout<VMCBControlArea>.offset(of: field) == offset)
        }
    }

    private var stateOffsets: [(PartialKeyPath<VMCBStateSaveArea>, Int)] {
        [
            (\.es, 0x000), (\.cs, 0x010), (\.ss, 0x020), (\.ds, 0x030), (\.fs, 0x040), (\.gs, 0x050), (\.gdtr, 0x060),
            (\.ldtr, 0x070), (\.idtr, 0x080), (\.tr, 0x090), (\.currentPrivilegeLevel, 0x0CB), (\.efer, 0x0D0),
            (\.cr4, 0x148),
            (\.cr3, 0x150), (\.cr0, 0x158), (\.dr7, 0x160), (\.dr6, 0x168), (\.rflags, 0x170), (\.rip, 0x178),
            (\.rsp, 0x1D8),
            (\.rax, 0x1F8), (\.star, 0x200), (\.lstar, 0x208), (\.cstar, 0x210), (\.sfmask, 0x218),
            (\.kernelGSBase, 0x220),
            (\.sysenterCS, 0x228), (\.sysenterESP, 0x230), (\.sysenterEIP, 0x238), (\.cr2, 0x240),
            (\.pageAttributeTable, 0x268), (\.debugControl, 0x270), (\.lastBranchFrom, 0x278), (\.lastBranchTo, 0x280),
            (\.lastExceptionFrom, 0x288), (\.lastExceptionTo, 0x290),
        ]
    }

    @Test("each field of the state save area has its offset")
    func stateSaveArea() {
        for (field, offset) in stateOffsets {
            #expect(MemoryLayout<VMCBStateSaveArea>.offset(of: field) == offset)
        }
    }

    @Test("fields are written where the processor reads them")
    func memory() {
        let test = TestVMCB()
        test.vmcb.control.nestedCR3 = 0x1234_5000
        test.vmcb.state.rip = 0xABCD
        test.vmcb.state.currentPrivilegeLevel = 3
        #expect(test.word(0x0B0) == 0x1234_5000)
        #expect(test.word(0x578) == 0xABCD)
        #expect(test.word(0x4C8) == 0x0300_0000)
    }
}
