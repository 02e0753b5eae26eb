// SPDX-License-Identifier: MIT
import GuestKit
import XenInterface

/// Where the tests map granted frames: guest-physical addresses without memory.
enum GrantPlace {
    static var first: UInt64 { 0xF040_0000 }
    static var second: UInt64 { 0xF040_1000 }
}

extension Test {
    /// Writes an entry of the table whose frame 0 lies at `table`: `frame` for the guest itself, or for `domain`.
    mutating func grant(
        _ reference: UInt32, _ flags: GrantFlags, _ frame: UInt64, to domain: DomainIdentifier? = nil, in table: UInt64
    ) {
        let place = table &+ UInt64(reference) &* 8
        Memory.store16((domain ?? guest.identifier).rawValue, at: place &+ 2)
        Memory.store32(UInt32(truncatingIfNeeded: frame), at: place &+ 4)
        Memory.store16(flags.rawValue, at: place)
    }

    /// The flags of an entry.
    func flags(of reference: UInt32, in table: UInt64) -> GrantFlags {
        GrantFlags(rawValue: Memory.load16(table &+ UInt64(reference) &* 8))
    }

    /// Maps an entry of the guest's own table at `address`. Answers the status and the handle.
    mutating func map(
        _ reference: UInt32, at address: UInt64, _ flags: GrantMapFlags = .host, of domain: DomainIdentifier? = nil,
        line: UInt = #line
    ) -> (status: GrantStatus?, handle: UInt32) {
        var call = GrantTableOperation.Map(
            hostAddress: address, flags: flags.rawValue, reference: GrantReference(rawValue: reference),
            domain: domain ?? guest.identifier)
        expect(hypercalls.grantTable(.map, &call), is: 0, line: line)
        return (GrantStatus(rawValue: call.status), call.handle)
    }

    /// Ends a mapping. Answers the status.
    mutating func unmap(_ handle: UInt32, at address: UInt64, line: UInt = #line) -> GrantStatus? {
        var call = GrantTableOperation.Unmap(hostAddress: address, handle: handle)
        expect(hypercalls.grantTable(.unmap, &call), is: 0, line: line)
        return GrantStatus(rawValue: call.status)
    }

    /// Expects a status.
    mutating func expect(_ got: GrantStatus?, is status: GrantStatus, line: UInt = #line) {
        expect(Int64(got?.rawValue ?? 1), is: Int64(status.rawValue), line: line)
    }

    /// Puts memory at a page that the guest has granted to itself and mapped: Xen knows one place only for a frame of a domain, so
    /// that a mapping of its own takes it from where it was.
    mutating func restore(_ page: UInt64) { _ = reservation(.populatePhysicalMap, page) }

    /// Calls `body` with the address of grant frame 0 and a page, whose frame entry 20 grants to the guest itself.
    mutating func withGrant(
        _ flags: GrantFlags = .permitAccess, line: UInt = #line,
        _ body: (inout Test, _ table: UInt64, _ page: UInt64) -> Void
    ) {
        withGrantFrame(line: line) { test, table in
            test.withPage(line: line) { test, page in
                Memory.store64(0x0123_4567_89AB_CDEF, at: page)
                test.grant(20, flags, page >> 12, in: table)
                body(&test, table, page)
                test.grant(20, [], 0, in: table)
                test.restore(page)
            }
        }
    }
}
