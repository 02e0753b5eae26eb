// SPDX-License-Identifier: MIT
import Architecture
import Hypervisor

/// From SVM's exit codes to the neutral `Exit`. (AMD APM vol. 2 appendix C)
extension VMCB {
    /// Why the guest has stopped.
    @inline(__always)
    var exit: Exit {
        switch control.exitCode {
        case 0x81: .hypercall
        case 0x72: .cpuid
        case 0x7C: control.exitInformation1 == 0 ? .readMSR : .writeMSR
        case 0x7B: .portIO
        case 0x78: .halt
        case 0x400: .nestedPageFault
        case 0x60: .physicalInterrupt
        case 0x61: .physicalNonMaskableInterrupt
        case 0x64, VMCB.interruptReturnExit: .interruptWindow
        case 0x37: .writeDebugControl
        case 0x14: .writeCR4
        case 0x8D: .setExtendedControl
        case 0x76, 0x89: .invalidateCaches
        case 0x40...0x5F: .exception
        case 0x7F: .tripleFault
        // RDPMC, INVLPGA, VMRUN, VMLOAD, VMSAVE, STGI, CLGI, SKINIT, MONITOR, MWAIT
        case 0x6F, 0x7A, 0x80, 0x82...0x86, 0x8A...0x8C: .undefinedInstruction
        // QEMU sign-extends VMEXIT_INVALID to 32 bits only.
        case 0xFFFF_FFFF_FFFF_FFFF, 0xFFFF_FFFF: .invalidState
        default: .unexpected
        }
    }

    var exitCode: UInt64 { control.exitCode }

    var faultAddress: GuestPhysicalAddress { GuestPhysicalAddress(control.exitInformation2) }

    var exception: (vector: UInt8, errorCode: UInt32) {
        (
            UInt8(truncatingIfNeeded: control.exitCode &- 0x40),
            UInt32(truncatingIfNeeded: control.exitInformation1)
        )
    }

    /// The port access that EXITINFO1 describes; EXITINFO2 is where the next instruction begins. Without decode assists the
    /// segment is not named: then it is the usual one. (AMD APM vol. 2 §15.10.2)
    var portAccess: PortAccess {
        let information = control.exitInformation1
        let isInput = information & 1 != 0
        let addressSize: UInt8 =
            information & 1 << 9 != 0
            ? 8 : information & 1 << 8 != 0 ? 4 : information & 1 << 7 != 0 ? 2 : codeAddressSize
        return PortAccess(
            port: UInt16(truncatingIfNeeded: information >> 16), size: UInt8(truncatingIfNeeded: information >> 4 & 7),
            isInput: isInput, isString: information & 1 << 2 != 0, isRepeated: information & 1 << 3 != 0,
            instructionLength: UInt8(truncatingIfNeeded: control.exitInformation2 &- state.rip),
            addressSize: addressSize, segmentBase: isIn64BitCode ? 0 : isInput ? state.es.base : state.ds.base)
    }

    /// The width of addresses in the code that the guest executes.
    private var codeAddressSize: UInt8 { isIn64BitCode ? 8 : state.cs.attributes.contains(.default32) ? 4 : 2 }
}
