// SPDX-License-Identifier: MIT
import Architecture
import Hypervisor
import Testing

@testable import SVM

struct VMCBControlBlockTests {
    /// A guest in 64-bit code.
    private func makeLong(features: SVMFeatures = []) -> TestVMCB {
        let test = TestVMCB(features: features)
        test.vmcb.load(.protectedMode(entry: 0))
        test.vmcb.state.efer.formUnion([.longModeEnable, .longModeActive])
        test.vmcb.state.cs.attributes = SegmentAttributes(rawValue: 0xA9B)
        return test
    }

    @Test("without next-RIP save the instruction's usual length counts, and 32-bit code wraps at 4 GiB")
    func finishByLength() {
        let test = makeLong()
        test.vmcb.state.rip = 0xFFFF_FFFF
        test.vmcb.control.nextInstructionPointer = 0x7777
        test.vmcb.control.interruptShadow = 1
        test.vmcb.finishInstruction(length: 3)
        #expect(test.vmcb.state.rip == 0x1_0000_0002)
        #expect(test.vmcb.control.interruptShadow == 0)
        test.vmcb.load(.protectedMode(entry: 0xFFFF_FFFF))
        test.vmcb.finishInstruction(length: 3)
        #expect(test.vmcb.state.rip == 2)
    }

    @Test("with next-RIP save the processor says where the next instruction is, unless it says nothing")
    func finishByProcessor() {
        let test = makeLong(features: .nextInstructionSave)
        test.vmcb.state.rip = 0x1000
        test.vmcb.control.nextInstructionPointer = 0x1005
        test.vmcb.finishInstruction(length: 3)
        #expect(test.vmcb.state.rip == 0x1005)
        test.vmcb.control.nextInstructionPointer = 0
        test.vmcb.finishInstruction(length: 3)
        #expect(test.vmcb.state.rip == 0x1008)
    }

    @Test("with the single-step flag an instruction that the hypervisor executes is one step")
    func singleStep() {
        let test = makeLong()
        test.vmcb.finishInstruction(length: 2)
        #expect(!test.vmcb.injection.isValid)
        test.vmcb.state.rflags.insert(.trap)
        test.vmcb.finishInstruction(length: 2)
        #expect(test.vmcb.injection == .singleStep)
        #expect(test.vmcb.state.dr6 == 0xFFFF_4FF0)
    }

    @Test("writes of CR4 are intercepted, all or none; one drops the translations")
    func control4() {
        let test = makeLong()
        test.vmcb.interceptCR4(.processContextIdentifiers)
        #expect(test.vmcb.control.interceptedControlRegisterWrites == 0x10)
        test.vmcb.interceptCR4([])
        #expect(test.vmcb.control.interceptedControlRegisterWrites == 0)
        test.vmcb.control.tlbControl = .keep
        test.vmcb.cr4 = [.physicalAddressExtension, .globalPages]
        #expect(test.vmcb.state.cr4.rawValue == 0xA0)
        #expect(test.vmcb.control.tlbControl != .keep)
    }

    @Test("the hypercall instruction is VMMCALL; VMCALL is the other vendor's")
    func hypercallInstructions() {
        let own = (0..<3).map { SVM.hypercallInstruction[$0] }
        let foreign = (0..<3).map { SVM.foreignHypercallInstruction[$0] }
        #expect(own == [0x0F, 0x01, 0xD9])
        #expect(foreign == [0x0F, 0x01, 0xC1])
    }

    @Test("code is 64-bit when long mode is active and the code segment says so")
    func codeWidth() {
        let test = makeLong()
        #expect(test.vmcb.isIn64BitCode)
        test.vmcb.state.cs.attributes = SegmentAttributes(rawValue: 0xC9B)
        #expect(!test.vmcb.isIn64BitCode)
        test.vmcb.state.cs.attributes = SegmentAttributes(rawValue: 0xA9B)
        test.vmcb.state.efer.remove(.longModeActive)
        #expect(!test.vmcb.isIn64BitCode)
    }

    @Test("the guest does not see EFER.SVME, which is always set")
    func efer() throws {
        let test = TestVMCB.legal()
        #expect(test.vmcb.state.efer == .secureVirtualMachineEnable)
        #expect(test.vmcb.efer == [])
        #expect(test.vmcb.readRegister(ModelSpecificRegister.extendedFeatureEnable) == 0)
        #expect(try test.vmcb.writeRegister(ModelSpecificRegister.extendedFeatureEnable, 0x901))
        #expect(test.vmcb.state.efer == [.systemCall, .longModeEnable, .noExecuteEnable, .secureVirtualMachineEnable])
    }

    @Test(
        "bits of EFER that a guest does not have are refused",
        arguments: [1 << 12, 1 << 13, 1 << 15, 1 << 1, 1 << 63] as [UInt64])
    func eferRefusals(value: UInt64) {
        let test = TestVMCB.legal()
        #expect(throws: GuestFault.self) {
            _ = try test.vmcb.writeRegister(ModelSpecificRegister.extendedFeatureEnable, value)
        }
        #expect(test.vmcb.state.efer == .secureVirtualMachineEnable)
    }

    @Test("long mode is not switched while paging is on, and whether it is active is the processor's to say")
    func longMode() throws {
        let test = makeLong()
        test.vmcb.state.cr0.insert(.paging)
        #expect(throws: GuestFault.self) {
            _ = try test.vmcb.writeRegister(ModelSpecificRegister.extendedFeatureEnable, 0)
        }
        #expect(try test.vmcb.writeRegister(ModelSpecificRegister.extendedFeatureEnable, 0x100))
        #expect(test.vmcb.state.efer.contains(.longModeActive))
        test.vmcb.state.cr0.remove(.paging)
        test.vmcb.state.efer.remove(.longModeActive)
        #expect(try test.vmcb.writeRegister(ModelSpecificRegister.extendedFeatureEnable, 0x500))
        #expect(!test.vmcb.state.efer.contains(.longModeActive))
    }

    @Test("the page attribute table takes the six memory types and no other")
    func pageAttributeTable() throws {
        let test = TestVMCB()
        let index = ModelSpecificRegister.pageAttributeTable
        for value in [0x0007_0406_0007_0406, 0x0001_0405_0607_0001] as [UInt64] {
            #expect(try test.vmcb.writeRegister(index, value))
            #expect(test.vmcb.readRegister(index) == value)
        }
        for type in [2, 3, 8, 0x80, 0xFF] as [UInt64] {
            for place in UInt64(0)..<8 {
                #expect(throws: GuestFault.self) { _ = try test.vmcb.writeRegister(index, type << (place * 8)) }
            }
        }
    }

    @Test("registers that the VMCB does not hold are not its business")
    func otherRegisters() throws {
        let test = TestVMCB()
        #expect(test.vmcb.readRegister(0x1B) == nil)
        #expect(try test.vmcb.writeRegister(0x1B, 0) == false)
    }

    @Test("a start loads every register of the state, and no event is left over")
    func load() {
        let test = TestVMCB(features: .flushByIdentifier)
        test.vmcb.injectNonMaskableInterrupt()
        test.vmcb.control.interruptShadow = 1
        test.vmcb.load(.realMode(vector: 0x9F))
        #expect(test.vmcb.state.cs.base == 0x9_F000)
        #expect(test.vmcb.state.cs.selector == 0x9F00)
        #expect(test.vmcb.state.rip == 0)
        #expect(test.vmcb.state.cr0.rawValue == 0x6000_0010)
        #expect(test.vmcb.state.dr6 == 0xFFFF_0FF0)
        #expect(test.vmcb.state.dr7 == 0x400)
        #expect(test.vmcb.state.currentPrivilegeLevel == 0)
        #expect(test.vmcb.state.pageAttributeTable == 0x0007_0406_0007_0406)
        #expect(!test.vmcb.hasInjection)
        #expect(test.vmcb.control.interruptShadow == 0)
        #expect(test.vmcb.control.tlbControl == .flushGuest)
    }

    @Test("translations of one guest are dropped alone where the processor can, else all")
    func flush() {
        for (features, control) in [(SVMFeatures.flushByIdentifier, TLBControl.flushGuest), ([], .flushAll)] {
            let test = TestVMCB(features: features)
            test.vmcb.flushTranslations()
            #expect(test.vmcb.control.tlbControl == control)
        }
    }
}
