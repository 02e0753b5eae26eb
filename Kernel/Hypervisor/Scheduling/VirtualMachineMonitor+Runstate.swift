// SPDX-License-Identifier: MIT
import XenInterface

extension VirtualMachineMonitor {
    /// Notes that a virtual CPU runs, or why it does not, and tells the guest.
    func changeRunstate(of vcpu: VirtualCPU, to state: Runstate, at now: UInt64) {
        vcpu.runstate.change(to: state, at: now)
        publishRunstate(of: vcpu)
    }

    /// Writes the guest's copy of its run state, in the layout of its word size.
    func publishRunstate(of vcpu: VirtualCPU) {
        guard let area = vcpu.runstate.area else { return }
        if vcpu.domain.sharedInfo.layout.wordSize == 8 {
            area.write(vcpu.runstate.info, in: vcpu.domain.physicalMap.tables)
        } else {
            area.write(vcpu.runstate.info.compat, in: vcpu.domain.physicalMap.tables)
        }
    }
}
