// SPDX-License-Identifier: MIT
import XenInterface

extension VirtualMachineMonitor {
    /// Notes that a virtual CPU runs, or why it does not, and tells the guest.
    func changeRunstate(of vcpu: VirtualCPU, to state: Runstate, at now: UInt64) {
        vcpu.runstate.change(to: state, at: now)
        publishRunstate(of: vcpu)
    }

    /// Writes the guest's copy of its run state, in the layout of its word size. If the guest wants it so, the highest bit of the entry
    /// time is set meanwhile. (Xen public header `vcpu.h`, XEN_RUNSTATE_UPDATE)
    func publishRunstate(of vcpu: VirtualCPU) {
        guard let area = vcpu.runstate.area else { return }
        let is64Bit = vcpu.domain.sharedInfo.layout.wordSize == 8
        let marked = vcpu.domain.marksRunstateUpdates
        var info = vcpu.runstate.info
        let topByte = UInt8(truncatingIfNeeded: info.entryTime &>> 56)
        let place: UInt64 = is64Bit ? 15 : 11
        if marked {
            info.entryTime |= 1 << 63
            area.exchange(topByte | 1 << 7, at: place, in: vcpu.domain.physicalMap.tables)
        }
        if is64Bit {
            area.write(info, in: vcpu.domain.physicalMap.tables)
        } else {
            area.write(info.compat, in: vcpu.domain.physicalMap.tables)
        }
        if marked { area.exchange(topByte, at: place, in: vcpu.domain.physicalMap.tables) }
    }
}
