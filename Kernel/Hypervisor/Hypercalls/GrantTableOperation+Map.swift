// SPDX-License-Identifier: MIT
import Architecture
import Locking
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
        guard let owner = otherDomain(element.domain) else {
            throw GrantStatus(ofReference: UInt64(element.reference.rawValue), ofAbsent: element.domain)
        }
        let isWritable = !flags.contains(.readOnly)
        var mapping = GrantMapping()
        mapping.reference = element.reference
        mapping.domain = owner.identifier
        mapping.flags = UInt16(truncatingIfNeeded: flags.rawValue)
        let user = call.domain.identifier
        mapping.frame = try visit(owner, from: call.domain) { () throws(GrantStatus) in
            try owner.beginMapping(of: element.reference, by: user, flags)
        }.number
        do throws(GrantStatus) {
            element.handle = try add(mapping, of: call.domain, at: GuestPhysicalAddress(element.hostAddress).frame)
        } catch {
            visit(owner, from: call.domain) { owner.endUse(of: element.reference, forWriting: isWritable) }
            throw error
        }
        element.deviceAddress = 0
    }

    /// The owner may have ended since the use began. It tells all users that it is no more, but could not tell this one: so the mapping
    /// is noted as one of nobody's.
    private func add(
        _ mapping: GrantMapping, of domain: Domain, at place: GuestFrame
    ) throws(GrantStatus) -> UInt32 {
        var mapping = mapping
        if otherDomain(mapping.domain) == nil { mapping.domain = .invalid }
        let handle = try domain.grantTable.mappings.add(mapping)
        do throws(XenError) {
            try replace(
                place, with: HostFrame(mapping.frame), use: .grant, writable: mapping.isWritable, of: domain)
        } catch {
            domain.grantTable.mappings.remove(handle)
            throw .generalError
        }
        return handle
    }

    /// The place has to show the frame that the handle stands for, and allow what the handle allows: else a mapping for writing could
    /// outlive the use that it counts as. Without a place nothing is done.
    private func unmap(_ element: GrantTableOperation.Unmap, _ call: Hypercall) throws(GrantStatus) {
        let domain = call.domain
        guard let mapping = domain.grantTable.mappings[element.handle] else { throw .badHandle }
        guard element.hostAddress != 0 else { return }
        let place = GuestPhysicalAddress(element.hostAddress).frame
        guard let found = domain.physicalMap.lookup(place), found.use == .grant, found.frame.number == mapping.frame,
            found.isWritable == mapping.isWritable
        else { throw .generalError }
        do throws(XenError) { try unmap(place, of: domain) } catch { throw .generalError }
        domain.grantTable.mappings.remove(element.handle)
        settle(domain)
        endUse(by: mapping, of: domain)
    }

    /// Tells the domain that has granted a frame, if it still exists, that a mapping has ended, and lets go of the frame. Nobody reaches it
    /// through the mapping any more.
    private func endUse(by mapping: GrantMapping, of user: Domain) {
        if let owner = otherDomain(mapping.domain) {
            visit(owner, from: user) { owner.endUse(of: mapping.reference, forWriting: mapping.isWritable) }
        } else {
            allocator.letGo(of: HostFrame(mapping.frame))
        }
    }

    /// Ends the mappings of a domain that goes, from a handle on, up to 1024. Returns where to go on; nil when they all have ended.
    func endMappings(of domain: Domain, from start: UInt32) -> UInt32? {
        domain.lock.withLock {
            let end = domain.grantTable.mappings.end
            let next = min(start &+ 1024, end)
            for handle in start..<max(start, next) {
                guard let mapping = domain.grantTable.mappings[handle] else { continue }
                domain.grantTable.mappings.remove(handle)
                endUse(by: mapping, of: domain)
            }
            return next < end ? next : nil
        }
    }

    /// Tells one of the other domains, that of the lowest number from `first` on, that the grants of one that goes are no more. Returns
    /// where to go on; nil when all have been told.
    func endGrants(of domain: Domain, from first: UInt16) -> UInt16? {
        let other = domainsLock.withLock { domains.first { $0.identifier.rawValue >= first } }
        guard let other else { return nil }
        other.lock.withLock { other.grantTable.mappings.orphan(domain.identifier) }
        return other.identifier.rawValue &+ 1
    }
}

extension Domain {
    /// Begins a use for a mapping. The lock of this domain is held, not that of the user's.
    fileprivate func beginMapping(
        of reference: GrantReference, by user: DomainIdentifier, _ flags: GrantMapFlags
    ) throws(GrantStatus) -> HostFrame {
        guard !hasEnded else { throw .badDomain }
        let isWritable = !flags.contains(.readOnly)
        let frame = try beginUse(of: reference, by: user, forWriting: isWritable, forMapping: true)
        guard flags.isSubset(of: [.host, .readOnly]) else {
            endUse(of: reference, forWriting: isWritable)
            throw .generalError
        }
        return frame
    }
}

extension GrantStatus {
    /// Why nothing can be had of a domain that there is not. The control domain is told as one that has granted nothing: on Xen it is there,
    /// with a table of a frame at least.
    init(ofReference reference: UInt64, ofAbsent domain: DomainIdentifier) {
        let isEntry = reference & 0xFFFF_FFFF < UInt64(GrantTableLayout.entriesPerFrame)
        self = domain != .control ? .badDomain : isEntry ? .generalError : .badReference
    }
}
