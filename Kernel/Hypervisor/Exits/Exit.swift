// SPDX-License-Identifier: MIT
import Architecture

/// Why a guest has stopped, in words that fit both vendors. Each case has its handler in the file of its name. What more there
/// is to know, the control block tells when it is asked.
public enum Exit: Sendable {
    /// VMMCALL or VMCALL.
    case hypercall
    /// CPUID.
    case cpuid
    /// RDMSR of a register that is not the guest's to read directly.
    case readMSR
    /// WRMSR of a register that is not the guest's to write directly.
    case writeMSR
    /// IN, OUT, INS or OUTS.
    case portIO
    /// HLT.
    case halt
    /// An access to guest-physical memory that the nested page tables do not allow.
    case nestedPageFault
    /// MOV to DR7, where guests may not have breakpoints.
    case writeDebugControl
    /// MOV to CR4, of which guests may have some bits.
    case writeCR4
    /// XSETBV.
    case setExtendedControl
    /// INVD or WBINVD.
    case invalidateCaches
    /// An instruction that guests do not have: #UD.
    case undefinedInstruction
    /// An instruction that guests may not execute in this way: #GP.
    case forbiddenInstruction
    /// The control block has seen to it itself.
    case settled
    /// The guest can take interrupts now.
    case interruptWindow
    /// A physical interrupt has arrived.
    case physicalInterrupt
    /// A physical non-maskable interrupt has arrived.
    case physicalNonMaskableInterrupt
    /// An exception of the guest that was asked for: debug and alignment exceptions, whose delivery could go on for ever, and
    /// invalid opcodes where they may be the other vendor's hypercalls.
    case exception
    /// A triple fault.
    case tripleFault
    /// The processor has refused the VMCB or VMCS.
    case invalidState
    /// An exit that was not asked for.
    case unexpected
}

/// An access to an I/O port, as the vendor's exit information describes it.
public struct PortAccess: BitwiseCopyable, Sendable {
    /// The first port.
    public let port: UInt16
    /// The number of bytes: 1, 2 or 4.
    public let size: UInt8
    /// IN or INS rather than OUT or OUTS.
    public let isInput: Bool
    /// INS or OUTS.
    public let isString: Bool
    /// With a REP prefix.
    public let isRepeated: Bool
    /// The number of bytes of the instruction.
    public let instructionLength: UInt8
    /// The width of addresses in a string instruction: 2, 4 or 8 bytes.
    public let addressSize: UInt8
    /// The base of the segment that a string instruction uses.
    public let segmentBase: UInt64

    /// An access from its parts.
    public init(
        port: UInt16, size: UInt8, isInput: Bool, isString: Bool, isRepeated: Bool, instructionLength: UInt8,
        addressSize: UInt8, segmentBase: UInt64
    ) {
        self.port = port
        self.size = size
        self.isInput = isInput
        self.isString = isString
        self.isRepeated = isRepeated
        self.instructionLength = instructionLength
        self.addressSize = addressSize
        self.segmentBase = segmentBase
    }
}
