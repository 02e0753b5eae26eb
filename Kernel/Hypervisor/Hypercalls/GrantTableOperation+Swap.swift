// SPDX-License-Identifier: MIT
import Architecture
import XenInterface

extension VirtualMachineMonitor {
    /// `GNTTABOP_swap_grant_ref`: exchanges two entries of the caller's own table, neither of which may be in use.
    func swapReferences(_ call: Hypercall) throws(XenError) {
        try forEachElement(GrantTableOperation.SwapReferences.self, of: call) {
            element throws(GrantStatus) in try call.domain.swapGrants(element.first, element.second)
        }
    }
}

extension Domain {
    fileprivate func swapGrants(_ first: GrantReference, _ second: GrantReference) throws(GrantStatus) {
        let (one, other) = (try grantTable.place(of: first), try grantTable.place(of: second))
        guard first != second else { return }
        guard !grantTable.use(of: first).isActive, !grantTable.use(of: second).isActive else { throw .tryAgain }
        let entry = PhysicalMemory.read(UInt64.self, at: one)
        PhysicalMemory.write(PhysicalMemory.read(UInt64.self, at: other), at: one)
        PhysicalMemory.write(entry, at: other)
    }
}
