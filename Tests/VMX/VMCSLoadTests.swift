// SPDX-License-Identifier: MIT
import Architecture
import Hypervisor
import Testing

@testable import VMX

/// The state in which a virtual CPU starts, field by field.
struct VMCSLoadTests {
    /// What is expected of a segment register.
    private func expect(
        _ register: GuestFields.SegmentRegister, of vmcs: RecordedVMCS, selector: UInt16, base: UInt64 = 0,
        limit: UInt32,
        rights: UInt32, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(vmcs[GuestFields.selector(register)] == selector, sourceLocation: sourceLocation)
        #expect(vmcs[GuestFields.base(register)] == base, sourceLocation: sourceLocation)
        #expect(vmcs[GuestFields.limit(register)] == limit, sourceLocation: sourceLocation)
        #expect(vmcs[GuestFields.accessRights(register)] == rights, sourceLocation: sourceLocation)
    }

    @Test("a PVH guest starts with flat 32-bit segments, a busy task and no local descriptor table")
    func protectedModeSegments() {
        let vmcs = RecordedVMCS()
        vmcs.load(.protectedMode(entry: 0x10_0000))
        expect(.cs, of: vmcs, selector: 0x08, limit: .max, rights: 0xC09B)
        for register in [.ds, .es, .ss, .fs, .gs] as [GuestFields.SegmentRegister] {
            expect(register, of: vmcs, selector: 0x10, limit: .max, rights: 0xC093)
        }
        expect(.tr, of: vmcs, selector: 0, limit: 0x67, rights: 0x8B)
        expect(.ldtr, of: vmcs, selector: 0, limit: 0, rights: 1 << 16)
        #expect(vmcs[GuestFields.gdtrLimit] == 0xFFFF && vmcs[GuestFields.gdtrBase] == 0)
        #expect(vmcs[GuestFields.idtrLimit] == 0xFFFF && vmcs[GuestFields.idtrBase] == 0)
    }

    @Test("after a start-up message real mode begins at the start of its page, with segments of 64 KiB")
    func realModeSegments() {
        let vmcs = RecordedVMCS()
        vmcs.load(.realMode(vector: 0x9F))
        expect(.cs, of: vmcs, selector: 0x9F00, base: 0x9_F000, limit: 0xFFFF, rights: 0x9B)
        for register in [.ds, .es, .ss, .fs, .gs] as [GuestFields.SegmentRegister] {
            expect(register, of: vmcs, selector: 0, limit: 0xFFFF, rights: 0x93)
        }
        expect(.tr, of: vmcs, selector: 0, limit: 0xFFFF, rights: 0x8B)
        #expect(vmcs[GuestFields.rip] == 0)
    }

    @Test("the bits of CR0 and CR4 that VMX requires are set and the hypervisor's; the guest reads its own")
    func controlRegisters() {
        let vmcs = RecordedVMCS()
        vmcs.load(.protectedMode(entry: 0))
        #expect(vmcs[ControlFields.cr0Mask] == 0x20)
        #expect(vmcs[ControlFields.cr0Shadow] == 0x11)
        #expect(vmcs[GuestFields.cr0].rawValue == 0x31)
        #expect(vmcs.cr0 == [.protectionEnable, .extensionType])
        #expect(vmcs[ControlFields.cr4Mask] == 0x2000)
        #expect(vmcs[ControlFields.cr4Shadow] == 0)
        #expect(vmcs[GuestFields.cr4].rawValue == 0x2000)
        #expect(vmcs.cr4 == [])
    }

    @Test("a processor that requires odd bits gets them too, and the guest does not see it")
    func oddRequiredBits() {
        var processor = TestProcessor()
        processor.registers[0x486] = 0x8004_0021
        processor.registers[0x488] = 0x2040
        let vmcs = RecordedVMCS(processor)
        vmcs.load(.realMode(vector: 1))
        #expect(vmcs[ControlFields.cr0Mask] == 0x4_0020)
        #expect(vmcs[GuestFields.cr0].rawValue == 0x6004_0030)
        #expect(vmcs.cr0.rawValue == 0x6000_0010)
        #expect(vmcs[GuestFields.cr4].rawValue == 0x2040)
        #expect(vmcs.cr4 == [])
    }

    @Test("protection and paging are the guest's to switch, though VMX once required them")
    func unrestricted() {
        let vmcs = RecordedVMCS()
        vmcs.load(.realMode(vector: 0))
        #expect(vmcs[GuestFields.cr0].isDisjoint(with: [.protectionEnable, .paging]))
        vmcs[GuestFields.cr0] = vmcs[GuestFields.cr0].union([.protectionEnable, .paging])
        #expect(vmcs.cr0.isSuperset(of: [.protectionEnable, .paging]))
    }

    @Test("long mode of the state is that of the entry control, whose other bits stay")
    func longMode() {
        let vmcs = RecordedVMCS()
        vmcs[ControlFields.entry] = [.loadEFER, .longModeGuest]
        vmcs.load(.protectedMode(entry: 0))
        #expect(vmcs[ControlFields.entry] == .loadEFER)
        var state = InitialState.protectedMode(entry: 0)
        state.efer = [.longModeEnable, .longModeActive]
        vmcs.load(state)
        #expect(vmcs[ControlFields.entry] == [.loadEFER, .longModeGuest])
        #expect(vmcs.efer == [.longModeEnable, .longModeActive])
    }

    @Test("the other registers are as a reset leaves them")
    func otherRegisters() {
        let vmcs = RecordedVMCS()
        var state = InitialState.protectedMode(entry: 0x1234)
        state.stackPointer = 0x8000
        state.cr3 = 0x5000
        vmcs.load(state)
        #expect(vmcs.instructionPointer == 0x1234)
        #expect(vmcs.stackPointer == 0x8000)
        #expect(vmcs.cr3 == 0x5000)
        #expect(vmcs.flags == .alwaysOne)
        #expect(vmcs[GuestFields.dr7] == 0x400)
        #expect(vmcs.debugStatus == 0xFFFF_0FF0)
        #expect(vmcs[GuestFields.pageAttributeTable] == 0x0007_0406_0007_0406)
    }

    @Test("nothing of the time before is left over: no event, no shadow, no window, no cached translation")
    func leftovers() {
        let vmcs = RecordedVMCS()
        vmcs.injectNonMaskableInterrupt()
        vmcs[GuestFields.interruptibility] = [.afterSTI, .handlingNMI]
        vmcs[GuestFields.activityState] = 1
        vmcs[GuestFields.pendingDebugExceptions] = 1 << 14
        vmcs[GuestFields.debugControl] = 2
        vmcs.requestInterruptWindow(priority: nil)
        vmcs.requestNonMaskableInterruptWindow()
        vmcs.load(.realMode(vector: 2))
        #expect(!vmcs.hasInjection)
        #expect(vmcs[GuestFields.interruptibility] == [])
        #expect(vmcs[GuestFields.activityState] == 0)
        #expect(vmcs[GuestFields.pendingDebugExceptions] == 0)
        #expect(vmcs[GuestFields.debugControl] == 0)
        #expect(vmcs[ControlFields.processorBased] == [])
        #expect(vmcs.flushCount == 1)
    }
}
