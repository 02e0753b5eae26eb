// SPDX-License-Identifier: MIT
import Architecture
import CPU
import Hypervisor

extension VMCB: ControlBlock {
    var instructionPointer: UInt64 {
        get { state.rip }
        nonmutating set { state.rip = newValue }
    }

    var flags: RFlags {
        get { state.rflags }
        nonmutating set { state.rflags = newValue }
    }

    var instructionAddress: GuestLinearAddress {
        GuestLinearAddress(isIn64BitCode ? state.rip : (state.cs.base &+ state.rip) & 0xFFFF_FFFF)
    }

    var cr0: CR0 { state.cr0 }
    var cr3: UInt64 { state.cr3 }
    var cr4: CR4 {
        get { state.cr4 }
        nonmutating set {
            state.cr4 = newValue
            flushTranslations()
        }
    }

    /// The processor intercepts all writes of a control register, or none.
    func interceptCR4(_ bits: CR4) { control.interceptedControlRegisterWrites = bits.isEmpty ? 0 : 1 << 4 }
    /// EFER.SVME is set in every VMCB, and not the guest's to see.
    var efer: EFER { state.efer.subtracting(.secureVirtualMachineEnable) }
    var stackPointer: UInt64 {
        get { state.rsp }
        nonmutating set { state.rsp = newValue }
    }

    var pageFaultAddress: UInt64 {
        get { state.cr2 }
        nonmutating set {
            state.cr2 = newValue
            cpu_write_cr2(newValue)  // Bochs' processors enter the guest with the one that they have
        }
    }

    func segment(_ register: SegmentRegister) -> Segment {
        switch register {
        case .es: state.es
        case .cs: state.cs
        case .ss: state.ss
        case .ds: state.ds
        case .fs: state.fs
        case .gs: state.gs
        }
    }

    var privilegeLevel: UInt8 { state.currentPrivilegeLevel }
    var isIn64BitCode: Bool { state.efer.contains(.longModeActive) && state.cs.attributes.contains(.long) }

    /// Without next-RIP save the length is the instruction's usual one. (AMD APM vol. 2 §15.7.1)
    @inline(__always)
    func finishInstruction(length: UInt64) {
        control.interruptShadow = 0
        if control.features.contains(.nextInstructionSave) && control.nextInstructionPointer != 0 {
            state.rip = control.nextInstructionPointer
        } else {
            let next = state.rip &+ length
            state.rip = isIn64BitCode ? next : next & 0xFFFF_FFFF
        }
        if state.rflags.contains(.trap) { injectSingleStep() }
    }

    func load(_ initial: InitialState) {
        state.rip = initial.instructionPointer
        state.rsp = initial.stackPointer
        state.rflags = initial.flags
        state.cr0 = initial.cr0
        state.cr3 = initial.cr3
        state.cr4 = initial.cr4
        state.efer = initial.efer.union(.secureVirtualMachineEnable)
        state.cs = initial.code
        state.ds = initial.data
        state.es = initial.extra
        state.ss = initial.stack
        state.fs = initial.data
        state.gs = initial.data
        state.tr = initial.task
        state.ldtr = .null
        state.gdtr = Segment(selector: 0, attributes: [], limit: 0xFFFF, base: 0)
        state.idtr = state.gdtr
        state.currentPrivilegeLevel = initial.stack.attributes.privilegeLevel
        state.dr6 = 0xFFFF_0FF0
        state.dr7 = 0x400
        state.pageAttributeTable = 0x0007_0406_0007_0406
        control.eventInjection = .none
        control.interruptShadow = 0
        endNonMaskableInterrupt()
        flushTranslations()
    }

    func flushTranslations() {
        control.tlbControl = control.features.contains(.flushByIdentifier) ? .flushGuest : .flushAll
    }
}
