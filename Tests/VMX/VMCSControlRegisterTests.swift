// SPDX-License-Identifier: MIT
import Architecture
import Hypervisor
import Testing

@testable import VMX

/// A guest that writes bits of CR0 and CR4 that are the hypervisor's. (Intel SDM vol. 3C table 28-3)
struct VMCSControlRegisterTests {
    /// A guest that executes an access to a control register: 0 writes it, 1 reads it, 2 is CLTS, 3 is LMSW.
    private func decode(_ vmcs: RecordedVMCS, register: UInt64, access: UInt64 = 0, source: UInt64 = 3) -> Exit {
        vmcs[ExitFields.reason] = 28
        vmcs[ExitFields.qualification] = source << 8 | access << 4 | register
        return vmcs.exit
    }

    @Test("CR0.NE reads as the guest has written it, and stays set for the processor")
    func numericError() {
        let vmcs = RecordedVMCS()
        vmcs.load(.protectedMode(entry: 0x1000))
        #expect(decode(vmcs, register: 0) == .settled)
        #expect(vmcs.cr0 == [.protectionEnable, .extensionType, .numericError])
        #expect(vmcs[GuestFields.cr0].contains(.numericError))
        #expect(vmcs.instructionPointer == 0x1000)  // the instruction is executed again
        #expect(decode(vmcs, register: 0) == .settled)
        #expect(vmcs.cr0 == [.protectionEnable, .extensionType])
        #expect(vmcs[GuestFields.cr0].contains(.numericError))
    }

    @Test("after the exit no bit that the guest writes differs from what it reads, so that there is no second exit")
    func noSecondExit() {
        let vmcs = RecordedVMCS()
        vmcs.load(.protectedMode(entry: 0))
        let written: UInt64 = 0x8005_0033
        let mask = vmcs[ControlFields.cr0Mask]
        #expect((written ^ vmcs[ControlFields.cr0Shadow]) & mask != 0)
        _ = decode(vmcs, register: 0)
        #expect((written ^ vmcs[ControlFields.cr0Shadow]) & mask == 0)
    }

    @Test(
        "a write of CR4 that exits changes nothing yet; what is written then keeps CR4.VMXE, which the guest does not see"
    )
    func control4() {
        let vmcs = RecordedVMCS()
        vmcs.load(.protectedMode(entry: 0))
        #expect(decode(vmcs, register: 4) == .writeCR4)
        #expect(vmcs.cr4 == [])
        vmcs.cr4 = .physicalAddressExtension
        #expect(vmcs.cr4 == .physicalAddressExtension)
        #expect(vmcs[GuestFields.cr4].rawValue == 0x2020)
    }

    @Test("the bits of CR4 that a guest may not have are the hypervisor's, and so is VMXE")
    func interceptedControl4() {
        let vmcs = RecordedVMCS()
        vmcs.load(.protectedMode(entry: 0))
        vmcs.interceptCR4(.processContextIdentifiers)
        #expect(vmcs[ControlFields.cr4Mask] == 0x2_2000)
    }

    @Test("behind the lower half of all addresses there is no instruction: #GP, where the upper half begins")
    func endOfLowerHalf() {
        let vmcs = RecordedVMCS()
        vmcs.load(.protectedMode(entry: 0))
        vmcs.instructionPointer = 0x7FFF_FFFF_FFFF
        #expect(!vmcs.injection.isValid)
        vmcs.instructionPointer = 0x8000_0000_0000
        #expect(vmcs.instructionPointer == 0xFFFF_8000_0000_0000)
        #expect(vmcs.injection == EventInjection(.exception, vector: 13, errorCode: 0))
    }

    @Test("with the single-step flag an instruction that the hypervisor executes is one step")
    func singleStep() {
        let vmcs = RecordedVMCS()
        vmcs.load(.protectedMode(entry: 0x1000))
        vmcs.finishInstruction(length: 2)
        #expect(!vmcs.injection.isValid)
        vmcs.flags.insert(.trap)
        vmcs.finishInstruction(length: 2)
        #expect(vmcs.injection == .singleStep)
        #expect(vmcs.debugStatus & 1 << 14 != 0)
    }

    @Test("other accesses were not asked for, and change nothing", arguments: [(3, 0), (8, 0), (0, 1), (0, 2), (0, 3)])
    func others(register: UInt64, access: UInt64) {
        let vmcs = RecordedVMCS()
        vmcs.load(.protectedMode(entry: 0))
        #expect(decode(vmcs, register: register, access: access) == .forbiddenInstruction)
        #expect(vmcs.cr0 == [.protectionEnable, .extensionType])
    }
}
