// SPDX-License-Identifier: MIT
import Architecture
import Building
import XenInterface

extension VirtualMachineMonitor {
    /// Answers what the domain has asked its store, and tells the guest.
    ///
    /// - Throws: `.restart` when there is more to answer: first other work has its turn.
    func serveXenstore(of domain: Domain) throws(XenError) {
        let turn = domain.xenstore.serve { XenstoreBranch(of: domain) }
        if turn.hasMoved { domain.raiseEvent(domain.parameters.xenstorePort) }
        guard turn.isFinished else { throw .restart }
    }
}

extension XenstoreBranch {
    /// What a domain finds. Its memory is that of its map; the ACPI tables' page is beside it.
    init(of domain: Domain) {
        let memory = domain.maximumFrameCount &- GuestPhysicalLayout.acpi.size / frameSize
        self.init(
            identifier: domain.identifier, name: domain.name, handle: domain.handle, memorySize: memory &* 4,
            vcpuCount: domain.vcpus.count)
    }
}
