// SPDX-License-Identifier: MIT
@testable import Hypervisor

/// For expectations, which take nothing that cannot be copied.
extension VirtualCPU {
    /// Whether there is nothing to do for the guest.
    var hasNothingPending: Bool { pending.isEmpty }

    /// Whether some of this is to be done.
    func hasPending(_ work: PendingWork) -> Bool { pending.contains(work) }
}
