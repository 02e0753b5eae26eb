// SPDX-License-Identifier: MIT
import Architecture

extension GuestAddressSpace {
    /// The one that is in force by the registers in a control block.
    @inline(__always)
    init(_ control: some ControlBlock) {
        self.init(cr0: control.cr0, cr3: control.cr3, cr4: control.cr4, efer: control.efer, flags: control.flags)
    }
}

extension GuestMemory {
    /// The memory of a virtual CPU's domain, as an address space shows it.
    @inline(__always)
    init(of vcpu: VirtualCPU, _ space: GuestAddressSpace) {
        self.init(space: space, tables: vcpu.domain.physicalMap.tables)
    }

    /// The same through the page tables that are in force.
    @inline(__always)
    init(of vcpu: VirtualCPU, _ control: some ControlBlock) {
        self.init(of: vcpu, GuestAddressSpace(control))
    }
}
