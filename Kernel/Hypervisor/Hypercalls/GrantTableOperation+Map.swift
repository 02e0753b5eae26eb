// SPDX-License-Identifier: MIT
import Architecture
import XenInterface

extension VirtualMachineMonitor {
    /// `GNTTABOP_map_grant_ref`: shows the caller frames that others have granted to it.
    func mapGrants(_ call: Hypercall) throws(XenError) {
        try forEachElement(GrantTableOperation.Map.self, of: call, isAnswered: true) {
            element throws(GrantStatus) in try map(&element, call)
        }
    }

    /// `GNTTABOP_unmap_grant_ref`: ends mappings.
    func unmapGrants(_ call: Hypercall) throws(XenError) {
        try forEachElement(GrantTableOperation.Unmap.self, of: call) {
            element throws(GrantStatus) in try unmap(element, call)
        }
    }

    /// What is at the place of the new mapping goes: memory is freed, a special page unmapped.
    private func map(_ element: inout GrantTableOperation.Map, _ call: Hypercall) throws(GrantStatus) {
        let flags = GrantMapFlags(rawValue: element.flags)
        guard flags.contains(.host) || flags.contains(.device) else { throw .badReference }
        guard flags.isDisjoint(with: [.device, .application, .containsPageTableEntry]) else { throw .generalError }
        guard let owner = domains.first(where: { $0.identifier == element.domain }) else { throw .badDomain }
        let isWritable = !flags.contains(.readOnly)
        let frame = try owner.beginUse(
            of: element.reference, by: call.domain.identifier, forWriting: isWritable, forMapping: true)
        do throws(GrantStatus) {
            guard flags.isSubset(of: [.host, .readOnly]) else { throw .generalError }
            var mapping = GrantMapping()
            mapping.frame = frame.number
            mapping.reference = element.reference
            mapping.domain = owner.identifier
            mapping.flags = UInt16(truncatingIfNeeded: flags.rawValue)
            element.handle = try add(mapping, of: call.domain, at: GuestPhysicalAddress(element.hostAddress).frame)
        } catch {
            owner.endUse(of: element.reference, forWriting: isWritable)
            throw error
        }
        element.deviceAddress = 0
    }

    private func add(
        _ mapping: GrantMapping, of domain: Domain, at place: GuestFrame
    ) throws(GrantStatus) -> UInt32 {
        let handle = try domain.grantTable.mappings.add(mapping)
        do throws(XenError) {
            guard place.number < NestedPageTables.frameLimit else { throw .invalidArgument }
            try vacate(place, of: domain)
            try domain.physicalMap.map(
                place, to: HostFrame(mapping.frame), use: .grant, writable: mapping.isWritable)
        } catch {
            domain.grantTable.mappings.remove(handle)
            throw .generalError
        }
        return handle
    }

    /// The place has to show the frame that the handle stands for. Without a place nothing is done.
    private func unmap(_ element: GrantTableOperation.Unmap, _ call: Hypercall) throws(GrantStatus) {
        let domain = call.domain
        guard let mapping = domain.grantTable.mappings[element.handle] else { throw .badHandle }
        guard element.hostAddress != 0 else { return }
        let place = GuestPhysicalAddress(element.hostAddress).frame
        guard let found = domain.physicalMap.lookup(place), found.use == .grant, found.frame.number == mapping.frame
        else {
            throw .generalError
        }
        do throws(XenError) { try domain.physicalMap.unmap(place) } catch { throw .generalError }
        domain.grantTable.mappings.remove(element.handle)
        endUse(by: mapping)
    }

    /// Tells the domain that has granted a frame, if it still exists, that a mapping has ended, and lets go of the frame.
    private func endUse(by mapping: GrantMapping) {
        if let owner = domains.first(where: { $0.identifier == mapping.domain }) {
            owner.endUse(of: mapping.reference, forWriting: mapping.isWritable)
        } else {
            allocator.letGo(of: HostFrame(mapping.frame))
        }
    }

    /// Ends all mappings of a domain that goes, and tells the others that its grants are no more.
    func endGrants(of domain: Domain) {
        for handle in 0..<domain.grantTable.mappings.end {
            guard let mapping = domain.grantTable.mappings[handle] else { continue }
            domain.grantTable.mappings.remove(handle)
            endUse(by: mapping)
        }
        for other in domains where other !== domain { other.grantTable.mappings.orphan(domain.identifier) }
    }
}
