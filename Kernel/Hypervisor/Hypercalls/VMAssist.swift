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
        // The flag marks a run state that is being written while another virtual CPU may read it. Here no guest runs while the
        // hypervisor does, so nobody ever sees such a state, and there is nothing to switch.
        case .enable, .disable: return 0
        case nil: throw .notImplemented
        }
    }
}
