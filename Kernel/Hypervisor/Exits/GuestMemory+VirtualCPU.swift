// SPDX-License-Identifier: MIT
import Architecture

/// The control registers that say how a virtual CPU translates addresses.
struct PagingRegisters: BitwiseCopyable {
    let cr0: CR0
    let cr3: UInt64
    let cr4: CR4
    let efer: EFER
    /// RFLAGS.AC says whether SMAP is in force.
    let flags: RFlags

    /// Those in a control block.
    @inline(__always)
    init(_ control: some ControlBlock) {
        cr0 = control.cr0
        cr3 = control.cr3
        cr4 = control.cr4
        efer = control.efer
        flags = control.flags
    }
}

extension GuestMemory {
    /// The memory of a virtual CPU's domain, through the page tables that are in force.
    @inline(__always)
    init(of vcpu: VirtualCPU, _ paging: PagingRegisters) {
        self.init(
            space: GuestAddressSpace(
                cr0: paging.cr0, cr3: paging.cr3, cr4: paging.cr4, efer: paging.efer, flags: paging.flags),
            tables: vcpu.domain.physicalMap.tables)
    }

    /// The same, from the control block.
    @inline(__always)
    init(of vcpu: VirtualCPU, _ control: some ControlBlock) {
        self.init(of: vcpu, PagingRegisters(control))
    }
}
