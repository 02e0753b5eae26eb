// SPDX-License-Identifier: MIT
import Architecture
import Hypervisor

/// The virtual machine control block: one frame, the first quarter of which controls the processor; behind it lies the
/// guest's state. (AMD APM vol. 2 appendix B, edition 3.42)
struct VMCBLayout: BitwiseCopyable {
    /// What is intercepted, injected and reported. Offset 0x000.
    var control: VMCBControlArea
    /// The guest's registers. Offset 0x400.
    var state: VMCBStateSaveArea
}

/// The control area: 1024 bytes. (AMD APM vol. 2 table B-1)
struct VMCBControlArea: BitwiseCopyable {
    var interceptedControlRegisterReads: UInt16  // 0x000
    var interceptedControlRegisterWrites: UInt16  // 0x002
    var interceptedDebugRegisterReads: UInt16  // 0x004
    var interceptedDebugRegisterWrites: UInt16  // 0x006
    var interceptedExceptions: InterceptedExceptions  // 0x008
    var instructionIntercepts: InstructionIntercepts  // 0x00C
    var virtualizationIntercepts: VirtualizationIntercepts  // 0x010
    var furtherIntercepts: UInt32  // 0x014
    var reserved018: InlineArray<9, UInt32>
    var pauseFilterThreshold: UInt16  // 0x03C
    var pauseFilterCount: UInt16  // 0x03E
    var ioPermissionMap: UInt64  // 0x040
    var msrPermissionMap: UInt64  // 0x048
    var timestampOffset: UInt64  // 0x050
    var addressSpaceIdentifier: UInt32  // 0x058
    var tlbControl: TLBControl  // 0x05C
    var virtualInterrupt: VirtualInterruptControl  // 0x060
    var interruptShadow: UInt64  // 0x068
    var exitCode: UInt64  // 0x070
    var exitInformation1: UInt64  // 0x078
    var exitInformation2: UInt64  // 0x080
    var exitInterruptInformation: EventInjection  // 0x088
    var nestedPagingEnable: UInt64  // 0x090
    var reserved098: InlineArray<2, UInt64>
    var eventInjection: EventInjection  // 0x0A8
    var nestedCR3: UInt64  // 0x0B0
    var lastBranchRecordEnable: UInt64  // 0x0B8
    var cleanBits: UInt64  // 0x0C0
    var nextInstructionPointer: UInt64  // 0x0C8
    var fetchedInstruction: InlineArray<2, UInt64>  // 0x0D0
    var reserved0E0: InlineArray<96, UInt64>
    /// Bytes 0x3E0 to 0x3FF are the hypervisor's own: here, whether the guest is in the handler of a non-maskable interrupt,
    var isHandlingNonMaskableInterrupt: UInt64  // 0x3E0
    /// what the processor can do,
    var features: SVMFeatures  // 0x3E8
    var reserved3EC: UInt32
    /// and where the hypervisor's own FS, GS, TR, LDTR and system-call registers are.
    var hostVMCB: UInt64  // 0x3F0
    var reserved3F8: UInt64
}

/// The state save area. (AMD APM vol. 2 table B-2)
struct VMCBStateSaveArea: BitwiseCopyable {
    var es: Segment  // 0x000
    var cs: Segment  // 0x010
    var ss: Segment  // 0x020
    var ds: Segment  // 0x030
    var fs: Segment  // 0x040
    var gs: Segment  // 0x050
    var gdtr: Segment  // 0x060
    var ldtr: Segment  // 0x070
    var idtr: Segment  // 0x080
    var tr: Segment  // 0x090
    var reserved0A0: InlineArray<5, UInt64>
    var reserved0C8: InlineArray<3, UInt8>
    var currentPrivilegeLevel: UInt8  // 0x0CB
    var reserved0CC: UInt32
    var efer: EFER  // 0x0D0
    var reserved0D8: InlineArray<14, UInt64>
    var cr4: CR4  // 0x148
    var cr3: UInt64  // 0x150
    var cr0: CR0  // 0x158
    var dr7: UInt64  // 0x160
    var dr6: UInt64  // 0x168
    var rflags: RFlags  // 0x170
    var rip: UInt64  // 0x178
    var reserved180: InlineArray<11, UInt64>
    var rsp: UInt64  // 0x1D8
    var reserved1E0: InlineArray<3, UInt64>
    var rax: UInt64  // 0x1F8
    var star: UInt64  // 0x200
    var lstar: UInt64  // 0x208
    var cstar: UInt64  // 0x210
    var sfmask: UInt64  // 0x218
    var kernelGSBase: UInt64  // 0x220
    var sysenterCS: UInt64  // 0x228
    var sysenterESP: UInt64  // 0x230
    var sysenterEIP: UInt64  // 0x238
    var cr2: UInt64  // 0x240
    var reserved248: InlineArray<4, UInt64>
    var pageAttributeTable: UInt64  // 0x268
    var debugControl: UInt64  // 0x270
    var lastBranchFrom: UInt64  // 0x278
    var lastBranchTo: UInt64  // 0x280
    var lastExceptionFrom: UInt64  // 0x288
    var lastExceptionTo: UInt64  // 0x290
}
