// SPDX-License-Identifier: MIT
import Architecture
import CPU
import Synchronization
import XenInterface

extension VirtualMachineMonitor {
    /// Sees to it that no processor uses translations of a domain any more that are not in its tables, and frees what was taken out of
    /// them. To be called before the domain's lock is given up, and before anybody else may use the memory. The lock is held.
    @inline(__always)
    func settle(_ domain: Domain) {
        if domain.physicalMap.needsFlush { dropTranslations(of: domain) }
    }

    /// A new generation of translations begins. Every virtual CPU drops the old ones before its next entry; those that are in their
    /// guests at the moment are interrupted, and we wait until they are out. They need no lock for that.
    @inline(never)
    private func dropTranslations(of domain: Domain) {
        domain.physicalMap.needsFlush = false
        let generation = domain.generation.wrappingAdd(1, ordering: .sequentiallyConsistent).newValue
        for vcpu in domain.vcpus where vcpu.isInGuest(before: generation) {
            machine.interrupt(vcpu.seat.holder.load(ordering: .relaxed))
        }
        for vcpu in domain.vcpus {
            while vcpu.isInGuest(before: generation) { cpu_pause() }
        }
        domain.physicalMap.freeRetired()
    }

    /// Takes away what is mapped at a guest frame of a domain. The lock is held.
    ///
    /// - Throws: as `PhysicalMap.unmap`.
    func unmap(_ frame: GuestFrame, of domain: Domain) throws(XenError) {
        try domain.physicalMap.unmap(frame)
        if domain.physicalMap.retired.isNearlyFull { settle(domain) }
    }

    /// Shows a domain another frame at a guest frame than what is there: memory is freed, a special page is only unmapped. The lock is
    /// held.
    ///
    /// - Throws: `.noSuchDeviceOrAddress` where another domain's frame is mapped, which ends in another way; else as
    ///   `PhysicalMap.replace`. Then nothing has changed.
    func replace(
        _ place: GuestFrame, with frame: HostFrame, use: FrameUse, writable: Bool = true, of domain: Domain
    ) throws(XenError) {
        if domain.physicalMap.lookup(place)?.use == .grant { throw .noSuchDeviceOrAddress }
        try domain.physicalMap.replace(place, with: frame, use: use, writable: writable)
        domain.placement.forget(place)
        if domain.physicalMap.retired.isNearlyFull { settle(domain) }
    }
}

extension VirtualCPU {
    /// Whether its guest runs with translations from before a generation.
    func isInGuest(before generation: UInt64) -> Bool {
        let entered = seat.entered.load(ordering: .sequentiallyConsistent)
        return entered != 0 && entered < generation
    }
}
