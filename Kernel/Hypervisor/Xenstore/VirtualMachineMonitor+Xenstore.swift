// SPDX-License-Identifier: MIT
import Architecture
import Building

extension VirtualMachineMonitor {
    /// Answers what the domain has asked its store, and tells the guest.
    func serveXenstore(of domain: Domain) {
        if domain.xenstore.serve({ XenstoreBranch(of: domain) }) { domain.raiseEvent(domain.parameters.xenstorePort) }
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
