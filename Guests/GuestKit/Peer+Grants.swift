// SPDX-License-Identifier: MIT
import XenInterface

/// What the other guest does with grants.
extension Peer {
    /// Writes an entry of its table. The three parts of an entry are one word.
    public func grant(_ reference: UInt32, _ flags: GrantFlags, frame: UInt64, to domain: DomainIdentifier) {
        let word = UInt64(flags.rawValue) | UInt64(domain.rawValue) << 16 | frame << 32
        store(word, at: entry(reference))
    }

    /// Clears an entry.
    public func revoke(_ reference: UInt32) { store(0, at: entry(reference)) }

    /// The flags of an entry.
    public func flags(of reference: UInt32) -> GrantFlags {
        GrantFlags(rawValue: UInt16(truncatingIfNeeded: load(entry(reference))))
    }

    /// Maps an entry of a domain's table at one of its places. Answers the status and the handle.
    public func map(
        _ reference: UInt32, of domain: DomainIdentifier, at address: UInt64
    ) -> (status: GrantStatus?, handle: UInt32) {
        var element = GrantTableOperation.Map(
            hostAddress: address, flags: GrantMapFlags.host.rawValue, reference: GrantReference(rawValue: reference),
            domain: domain)
        guard call(.grantTableOperation, GrantTableOperation.map.rawValue, &element, count: 1) == 0 else {
            return (nil, 0)
        }
        return (GrantStatus(rawValue: element.status), element.handle)
    }

    /// Ends a mapping of its own. Answers the status.
    public func unmap(_ handle: UInt32, at address: UInt64) -> GrantStatus? {
        var element = GrantTableOperation.Unmap(hostAddress: address, handle: handle)
        guard call(.grantTableOperation, GrantTableOperation.unmap.rawValue, &element, count: 1) == 0 else {
            return nil
        }
        return GrantStatus(rawValue: element.status)
    }

    /// Gives a frame back, or gets memory at one. Answers how many.
    public func reservation(_ operation: MemoryOperation, _ frame: UInt64) -> Int64 {
        // The list lies in its last spare page.
        store(frame, at: page(7))
        var call = MemoryOperation.Reservation(extentStart: page(7), extentCount: 1, domain: .caller)
        return self.call(.memoryOperation, operation.rawValue, &call)
    }
}
