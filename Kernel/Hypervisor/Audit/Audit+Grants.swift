// SPDX-License-Identifier: MIT
import Architecture
import XenInterface

/// Every mapping of a grant has a handle, and counts as a use where it was granted.
extension Audit {
    /// Counts a domain's handles by the frames that they stand for, before its mappings are looked at.
    mutating func countHandles(of domain: Domain) {
        for handle in 0..<domain.grantTable.mappings.end {
            guard let mapping = domain.grantTable.mappings[handle] else { continue }
            let frame = HostFrame(mapping.frame)
            guard ledger.contains(frame) else {
                complain(.withinMachine, of: domain, mapping.frame)
                continue
            }
            if mapping.isWritable { ledger[frame].writeHandles &+= 1 } else { ledger[frame].readHandles &+= 1 }
            // The grants of a domain that is no more are counted nowhere else.
            if mapping.domain == .invalid { expectHolders(1, of: frame, by: domain) }
        }
    }

    /// A mapping of a granted frame takes up a handle of its kind.
    mutating func settleMapping(of frame: HostFrame, isWritable: Bool, by domain: Domain) {
        grantMappingCount &+= 1
        var record = ledger[frame]
        guard (isWritable ? record.writeHandles : record.readHandles) > 0 else {
            return complain(.handleHasMapping, of: domain, frame.number)
        }
        if isWritable { record.writeHandles &-= 1 } else { record.readHandles &-= 1 }
        ledger[frame] = record
    }

    /// No handle is left without a mapping.
    mutating func settleHandles(of domain: Domain) {
        for handle in 0..<domain.grantTable.mappings.end {
            guard let mapping = domain.grantTable.mappings[handle] else { continue }
            var record = ledger[HostFrame(mapping.frame)]
            guard record.writeHandles | record.readHandles != 0 else { continue }
            complain(.handleHasMapping, of: domain, mapping.frame)
            (record.writeHandles, record.readHandles) = (0, 0)
            ledger[HostFrame(mapping.frame)] = record
        }
    }

    /// Each reference of a domain has as many uses as there are mappings of it. Copies are over when an audit is made.
    mutating func checkUses(of owner: Domain, among domains: [Domain]) {
        ledger.clearReferences()
        for user in domains { countMappings(of: owner, by: user) }
        for number in 0..<owner.grantTable.useLimit {
            let reference = GrantReference(rawValue: number)
            let (use, count) = (owner.grantTable.use(of: reference), ledger[reference])
            if use.readers != count.readers || use.writers != count.writers {
                complain(.useHasMapping, of: owner, UInt64(number))
            }
            if use.isActive {
                let holders = UInt32(use.readers) &+ UInt32(use.writers)
                expectHolders(holders, of: HostFrame(use.frame), by: owner)
            }
        }
    }

    private mutating func countMappings(of owner: Domain, by user: Domain) {
        for handle in 0..<user.grantTable.mappings.end {
            guard let mapping = user.grantTable.mappings[handle], mapping.domain == owner.identifier else { continue }
            let use = owner.grantTable.use(of: mapping.reference)
            guard mapping.reference.rawValue < owner.grantTable.useLimit, use.user == user.identifier,
                use.frame == mapping.frame
            else {
                complain(.useHasMapping, of: owner, UInt64(mapping.reference.rawValue))
                continue
            }
            if mapping.isWritable {
                ledger[mapping.reference].writers &+= 1
            } else {
                ledger[mapping.reference].readers &+= 1
            }
        }
    }
}
