// SPDX-License-Identifier: MIT
import Architecture
import CPU
import Hypervisor

/// The virtual machine control structure of one virtual CPU: whoever holds this value owns its memory, and the processor's
/// attention to it.
///
/// The processor keeps the structure in a form of its own, in a region of one frame, and parts of it in itself while it is
/// active. It is read and written field by field, and only while it is current: see `CurrentVMCS`. (Intel SDM vol. 3C §25.1)
struct VMCS: ~Copyable {
    /// The processor's.
    private let region: OwnedFrame
    /// Where the guest's task priority lies, at offset 0x80. (§30.1.1)
    let virtualAPICPage: OwnedFrame
    /// What the processor that runs it can do.
    let capabilities: VMXCapabilities
    /// Whether the guest has been entered: the next entry is VMRESUME, not VMLAUNCH.
    var isLaunched = false
    /// Whether the last entry ended before the processor looked at the guest's state.
    var hasFailed = false
    /// The guest's registers that no field holds, while another virtual CPU runs.
    var unheldRegisters = UnheldRegisters()

    /// A clear VMCS. Nil when no frame is free. (§25.11.3)
    init?(_ capabilities: VMXCapabilities, allocator: FrameAllocator) {
        guard let region = OwnedFrame(from: allocator), let virtualAPICPage = OwnedFrame(from: allocator) else {
            return nil
        }
        PhysicalMemory.write(capabilities.revisionIdentifier, at: region.address)
        self.region = region
        self.virtualAPICPage = virtualAPICPage
        self.capabilities = capabilities
        clear()
    }

    deinit { _ = cpu_vmclear(region.address.value) }

    /// VMCLEAR: the processor writes what it has kept into the region, and forgets it.
    mutating func clear() {
        _ = cpu_vmclear(region.address.value)
        isLaunched = false
    }

    /// Calls `body` for each of its frames.
    func forEachFrame(_ body: (HostFrame) -> Void) {
        body(region.frame)
        body(virtualAPICPage.frame)
    }

    /// VMPTRLD: makes it the current one.
    func load() { _ = cpu_vmptrld(region.address.value) }
}
