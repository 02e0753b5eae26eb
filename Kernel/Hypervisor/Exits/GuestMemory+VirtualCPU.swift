// SPDX-License-Identifier: MIT
import Architecture

extension GuestMemory {
    /// The memory of a virtual CPU's domain, through the page tables that are in force.
    @inline(__always)
    init(of vcpu: VirtualCPU, _ control: some ControlBlock) {
        self.init(
            space: GuestAddressSpace(cr0: control.cr0, cr3: control.cr3, cr4: control.cr4, efer: control.efer),
            tables: vcpu.domain.physicalMap.tables)
    }
}
