// SPDX-License-Identifier: MIT
import Architecture
import Hypervisor

/// The state in which a virtual CPU starts.
extension VMCSAccess {
    func load(_ initial: InitialState) {
        loadControlRegisters(initial)
        loadSegments(initial)
        self[GuestFields.rip] = initial.instructionPointer
        self[GuestFields.rsp] = initial.stackPointer
        self[GuestFields.rflags] = initial.flags
        self[GuestFields.dr7] = 0x400
        debugStatus = 0xFFFF_0FF0
        self[GuestFields.debugControl] = 0
        self[GuestFields.pageAttributeTable] = 0x0007_0406_0007_0406
        self[GuestFields.activityState] = 0
        self[GuestFields.interruptibility] = []
        self[GuestFields.pendingDebugExceptions] = 0
        injection = .none
        cancelInterruptWindow()
        flushOwnTranslations()
    }

    /// VMX keeps some bits of CR0 and CR4 set whatever the guest does: they are the hypervisor's, and the guest reads what it
    /// has written. An unrestricted guest may switch protection and paging itself. (Intel SDM vol. 3C §24.8)
    private func loadControlRegisters(_ initial: InitialState) {
        let free: CR0 = [.protectionEnable, .paging]
        let cr0Mask = capabilities.cr0Required & ~free.rawValue
        self[ControlFields.cr0Mask] = cr0Mask
        self[ControlFields.cr0Shadow] = initial.cr0.rawValue
        self[GuestFields.cr0] = CR0(rawValue: initial.cr0.rawValue | cr0Mask)
        self[ControlFields.cr4Mask] = capabilities.cr4Required
        self[ControlFields.cr4Shadow] = initial.cr4.rawValue
        self[GuestFields.cr4] = CR4(rawValue: initial.cr4.rawValue | capabilities.cr4Required)
        self[GuestFields.cr3] = initial.cr3
        self[GuestFields.efer] = initial.efer
        var entry = self[ControlFields.entry]
        if initial.efer.contains(.longModeActive) { entry.insert(.longModeGuest) } else { entry.remove(.longModeGuest) }
        self[ControlFields.entry] = entry
    }

    private func loadSegments(_ initial: InitialState) {
        load(initial.code, into: .cs)
        load(initial.data, into: .ds)
        load(initial.extra, into: .es)
        load(initial.stack, into: .ss)
        load(initial.data, into: .fs)
        load(initial.data, into: .gs)
        load(initial.task, into: .tr)
        load(.null, into: .ldtr)
        self[GuestFields.gdtrBase] = 0
        self[GuestFields.gdtrLimit] = 0xFFFF
        self[GuestFields.idtrBase] = 0
        self[GuestFields.idtrLimit] = 0xFFFF
    }

    /// The access rights have the attributes of a descriptor in their places, and bit 16 for a segment that is not there.
    /// (Intel SDM vol. 3C table 25-2)
    private func load(_ segment: Segment, into register: GuestFields.SegmentRegister) {
        let attributes = UInt32(segment.attributes.rawValue)
        let unusable: UInt32 = segment.attributes.contains(.present) ? 0 : 1 << 16
        self[GuestFields.selector(register)] = segment.selector
        self[GuestFields.base(register)] = segment.base
        self[GuestFields.limit(register)] = segment.limit
        self[GuestFields.accessRights(register)] = attributes & 0xFF | (attributes & 0xF00) &<< 4 | unusable
    }
}
