// SPDX-License-Identifier: MIT
import Architecture
import Hypervisor
import Testing

@testable import VMX

/// The guest's registers.
struct VMCSControlBlockTests {
    /// A guest in flat 32-bit code.
    private func makeFlat(rip: UInt64 = 0x1000) -> RecordedVMCS {
        let vmcs = RecordedVMCS()
        vmcs.load(.protectedMode(entry: 0))
        vmcs.instructionPointer = rip
        return vmcs
    }

    /// A guest in 64-bit code.
    private func makeLong(rip: UInt64 = 0x1000) -> RecordedVMCS {
        let vmcs = makeFlat(rip: rip)
        vmcs.enterLongMode()
        return vmcs
    }

    @Test("the hypercall instruction is VMCALL; VMMCALL is the other vendor's")
    func hypercallInstructions() {
        let own = (0..<3).map { VMX.hypercallInstruction[$0] }
        let foreign = (0..<3).map { VMX.foreignHypercallInstruction[$0] }
        #expect(own == [0x0F, 0x01, 0xC1])
        #expect(foreign == [0x0F, 0x01, 0xD9])
    }

    @Test("bits of CR0 and CR4 that are the hypervisor's read as the guest has written them")
    func controlRegisters() {
        let vmcs = RecordedVMCS()
        vmcs[GuestFields.cr0] = CR0(rawValue: 0xFFFF_00FF)
        vmcs[ControlFields.cr0Mask] = 0x00FF_0FF0
        vmcs[ControlFields.cr0Shadow] = 0x0012_0340
        #expect(vmcs.cr0.rawValue == 0xFF12_034F)
        vmcs[GuestFields.cr4] = CR4(rawValue: 0x20F0)
        vmcs[ControlFields.cr4Mask] = 0x2010
        vmcs[ControlFields.cr4Shadow] = 0x0010
        #expect(vmcs.cr4.rawValue == 0x00F0)
    }

    @Test("code is 64-bit when long mode is active and the code segment says so")
    func codeWidth() {
        let vmcs = makeLong()
        #expect(vmcs.isIn64BitCode)
        vmcs[GuestFields.accessRights(.cs)] = 0xC09B
        #expect(!vmcs.isIn64BitCode)
        vmcs[GuestFields.accessRights(.cs)] = 0xA09B
        vmcs[GuestFields.efer] = .longModeEnable
        #expect(!vmcs.isIn64BitCode)
    }

    @Test("the address of the instruction counts from the code segment's base, except in 64-bit code")
    func instructionAddress() {
        let flat = makeFlat(rip: 0xFFFF_FFF0)
        flat[GuestFields.base(.cs)] = 0x20
        #expect(flat.instructionAddress == GuestLinearAddress(0x10))
        let long = makeLong(rip: 0xFFFF_8000_0000_1000)
        long[GuestFields.base(.cs)] = 0x20
        #expect(long.instructionAddress == GuestLinearAddress(0xFFFF_8000_0000_1000))
    }

    @Test("the privilege level is the stack segment's", arguments: [0, 1, 2, 3] as [UInt8])
    func privilegeLevel(level: UInt8) {
        let vmcs = makeFlat()
        vmcs[GuestFields.accessRights(.ss)] = 0x1_C093 | UInt32(level) << 5
        #expect(vmcs.privilegeLevel == level)
    }

    @Test("an instruction ends where the processor says that it does, and 32-bit code wraps at 4 GiB")
    func finish() {
        let flat = makeFlat(rip: 0xFFFF_FFFE)
        flat[ExitFields.instructionLength] = 3
        flat.finishInstruction(length: 9)
        #expect(flat.instructionPointer == 1)
        flat.finishInstruction(length: 9)
        #expect(flat.instructionPointer == 4)
        let long = makeLong(rip: 0xFFFF_FFFE)
        long[ExitFields.instructionLength] = 3
        long.finishInstruction(length: 9)
        #expect(long.instructionPointer == 0x1_0000_0001)
    }

    @Test("an instruction at the end of the address space, as a guest may place it, wraps and does not trap")
    func finishAtTheEnd() {
        let vmcs = makeLong(rip: .max)
        vmcs[ExitFields.instructionLength] = 3
        vmcs.finishInstruction(length: 3)
        #expect(vmcs.instructionPointer == 2)
    }

    @Test("the instruction that exits ends the shadow of the one before it, and not the handler of an interrupt")
    func shadow() {
        let vmcs = makeFlat()
        for shadow in [Interruptibility.afterSTI, .afterMOVSS] {
            vmcs[GuestFields.interruptibility] = [shadow, .handlingNMI]
            #expect(vmcs.isInterruptShadowed)
            vmcs.finishInstruction(length: 1)
            #expect(vmcs[GuestFields.interruptibility] == .handlingNMI)
        }
    }

    @Test("registers that the VMCS holds are told by their index")
    func readRegister() {
        let vmcs = RecordedVMCS()
        vmcs[GuestFields.efer] = [.longModeEnable, .systemCall]
        vmcs[GuestFields.base(.fs)] = 0xF5
        vmcs[GuestFields.base(.gs)] = 0x65
        vmcs[GuestFields.systemEnterSegment] = 0x10
        vmcs[GuestFields.systemEnterStack] = 0x11
        vmcs[GuestFields.systemEnterTarget] = 0x12
        vmcs[GuestFields.pageAttributeTable] = 0x13
        let expected: [UInt32: UInt64] = [
            0xC000_0080: 0x101, 0xC000_0100: 0xF5, 0xC000_0101: 0x65, 0x174: 0x10, 0x175: 0x11, 0x176: 0x12,
            0x277: 0x13,
        ]
        for (index, value) in expected { #expect(vmcs.readRegister(index) == value) }
        #expect(vmcs.readRegister(0x1B) == nil)
        #expect(vmcs.readRegister(0xC000_0102) == nil)
    }

    @Test("no register is the VMCS's to write: what it holds, the guest writes without an exit")
    func writeRegister() throws {
        let vmcs = RecordedVMCS()
        for index in [0xC000_0080, 0x277, 0x1B] as [UInt32] {
            #expect(try vmcs.writeRegister(index, 1) == false)
            #expect(vmcs.readRegister(index) ?? 0 == 0)
        }
    }
}
