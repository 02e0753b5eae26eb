// SPDX-License-Identifier: MIT
import XenInterface

extension VirtualMachineMonitor {
    /// Hypercall 21, `vm_assist`: behaviour that a guest can switch on or off. Of those in Xen's list only the update flag of
    /// the run state is for guests of this kind. (Xen public header `xen.h`, VMASST_*)
    func vmAssist(_ call: Hypercall) throws(XenError) -> Int64 {
        guard VMAssistKind(rawValue: UInt32(truncatingIfNeeded: call.argument2)) == .runstateUpdateFlag else {
            throw .invalidArgument
        }
        switch VMAssist(rawValue: UInt32(truncatingIfNeeded: call.argument1)) {
        case .enable: call.domain.marksRunstateUpdates = true
        case .disable: call.domain.marksRunstateUpdates = false
        case nil: throw .notImplemented
        }
        return 0
    }
}
