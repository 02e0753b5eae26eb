// SPDX-License-Identifier: MIT
import Architecture
import Hypervisor

/// From VMX's exit reasons to the neutral `Exit`. (Intel SDM vol. 3D appendix C)
extension VMCSAccess {
    /// Why the guest has stopped.
    @inline(__always)
    var exit: Exit {
        switch self[ExitFields.reason] {
        case 18: .hypercall
        case 10: .cpuid
        case 31: .readMSR
        case 32: .writeMSR
        case 30: .portIO
        case 12: .halt
        case 48: extendedPageTableViolation
        case 1: .physicalInterrupt
        case 7, 8, 43: .interruptWindow
        case 0: exceptionOrNonMaskableInterrupt
        case 28: controlRegisterAccess
        case 55: .setExtendedControl
        case 13, 54: .invalidateCaches
        case 2: .tripleFault
        // GETSEC, RDPMC, the VMX instructions, MWAIT, MONITOR, INVEPT, INVVPID
        case 11, 15, 19...27, 36, 39, 50, 53: .undefinedInstruction
        case 0x8000_0021, 0x8000_0022, 0x8000_0029: .invalidState
        default: .unexpected
        }
    }

    var exitCode: UInt64 { UInt64(self[ExitFields.reason]) }

    private var exceptionOrNonMaskableInterrupt: Exit {
        let event = self[ExitFields.interruption]
        if EventInjection(rawValue: UInt64(event)).kind == .nonMaskableInterrupt {
            return .physicalNonMaskableInterrupt
        }
        let isDoubleFault = event & 0xFF == UInt32(Exception.doubleFault.rawValue)
        if event & 1 << 12 != 0 && !isDoubleFault { resumeNonMaskableInterruptHandler() }
        return .exception
    }

    private var extendedPageTableViolation: Exit {
        if self[ExitFields.qualification] & 1 << 12 != 0 { resumeNonMaskableInterruptHandler() }
        return .nestedPageFault
    }

    /// An IRET that faults has ended the handler of a non-maskable interrupt already, as far as the processor knows: it will be
    /// executed again. (Intel SDM vol. 3C §28.2.3)
    private func resumeNonMaskableInterruptHandler() {
        guard self[ExitFields.vectoring] & 1 << 31 == 0 else { return }
        self[GuestFields.interruptibility] = self[GuestFields.interruptibility].union(.handlingNMI)
    }

    /// The guest writes CR0 or CR4 and wants a bit that is the hypervisor's to be other than it reads. In CR0 it may: it
    /// reads the new value from now on, and executes the instruction again, which no longer exits. (Intel SDM vol. 3C table 28-3)
    private var controlRegisterAccess: Exit {
        let qualification = self[ExitFields.qualification]
        guard qualification & 0x3F == 0 else { return qualification & 0x3F == 4 ? .writeCR4 : .forbiddenInstruction }
        self[ControlFields.cr0Shadow] ^= self[ControlFields.cr0Mask]
        return .settled
    }

    var faultAddress: GuestPhysicalAddress { GuestPhysicalAddress(self[ExitFields.guestPhysicalAddress]) }

    var exception: (vector: UInt8, errorCode: UInt32) {
        (UInt8(truncatingIfNeeded: self[ExitFields.interruption]), self[ExitFields.interruptionErrorCode])
    }

    /// The port access that the exit qualification describes. (Intel SDM vol. 3C tables 28-5 and 28-9)
    var portAccess: PortAccess {
        let qualification = self[ExitFields.qualification]
        let isString = qualification & 1 << 4 != 0
        let isInput = qualification & 1 << 3 != 0
        return PortAccess(
            port: UInt16(truncatingIfNeeded: qualification >> 16),
            size: UInt8(truncatingIfNeeded: qualification & 7) &+ 1, isInput: isInput, isString: isString,
            isRepeated: qualification & 1 << 5 != 0,
            instructionLength: UInt8(truncatingIfNeeded: self[ExitFields.instructionLength]),
            addressSize: isString ? stringAddressSize : 8, segmentBase: isString ? stringSegmentBase(isInput) : 0)
    }

    private var stringAddressSize: UInt8 {
        guard capabilities.describesStringIO else { return codeAddressSize }
        return 2 << (UInt8(truncatingIfNeeded: self[ExitFields.instructionInformation] >> 7) & 3)
    }

    /// The width of addresses in the code that the guest executes: bit 14 of its access rights is the default.
    private var codeAddressSize: UInt8 {
        isIn64BitCode ? 8 : self[GuestFields.accessRights(.cs)] & 1 << 14 != 0 ? 4 : 2
    }

    /// INS always uses ES; OUTS the segment that the instruction names. In 64-bit code only FS and GS have a base.
    private func stringSegmentBase(_ isInput: Bool) -> UInt64 {
        let number = UInt64(self[ExitFields.instructionInformation] >> 15) & 7
        let named: GuestFields.SegmentRegister =
            isInput ? .es : capabilities.describesStringIO ? .init(rawValue: number) ?? .ds : .ds
        let hasBase = !isIn64BitCode || named == .fs || named == .gs
        return hasBase ? self[GuestFields.base(named)] : 0
    }
}
