// SPDX-License-Identifier: MIT
import Architecture
import XenInterface

extension Domain {
    /// Holds the frame behind a guest frame that the guest wants to share with the hypervisor, which will write to it from now
    /// on: ordinary memory. If the guest gives the memory away later, the hypervisor goes on writing where nobody reads.
    ///
    /// - Throws: `.invalidArgument` when there is no such memory, `.outOfMemory` when there is none to note it.
    func hold(_ guestFrame: UInt64) throws(XenError) -> HeldFrame {
        guard let mapping = physicalMap.lookup(GuestFrame(guestFrame)), mapping.use == .ram, mapping.isWritable else {
            throw .invalidArgument
        }
        guard let held = HeldFrame(mapping.frame, on: physicalMap.account) else { throw .outOfMemory }
        return held
    }
}
