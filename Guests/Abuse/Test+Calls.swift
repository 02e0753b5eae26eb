// SPDX-License-Identifier: MIT
import GuestKit
import XenInterface

extension Guest {
    /// How many frames the domain has, as `current_reservation` tells.
    var reservation: Int64 {
        var domain = DomainIdentifier.caller
        return hypercalls.memory(.currentReservation, &domain)
    }
}

/// Calls as several of the tests make them.
extension Test {
    /// An operation over a list of extents that lies at an address.
    func change(_ operation: MemoryOperation, _ list: UInt64, count: UInt64, order: UInt32 = 0) -> Int64 {
        var call = MemoryOperation.Reservation(
            extentStart: list, extentCount: count, extentOrder: order, domain: .caller)
        return hypercalls.memory(operation, &call)
    }

    /// Gives one frame back, or asks for memory at it.
    func change(_ operation: MemoryOperation, frame: UInt64) -> Int64 {
        var frame = frame
        return Memory.withAddress(of: &frame) { change(operation, $0, count: 1) }
    }

    /// Opens a port for interrupts between vCPUs.
    mutating func openPort(vcpu: UInt32 = 0, line: UInt = #line) -> EventChannelPort {
        var call = EventChannelOperation.BindIPI(vcpu: vcpu)
        expect(hypercalls.eventChannel(.bindIPI, &call), is: 0, line: line)
        return call.port
    }

    /// What `status` tells of a port.
    func state(of port: EventChannelPort) -> UInt32 {
        var call = EventChannelOperation.Status(domain: .caller, port: port)
        return hypercalls.eventChannel(.status, &call) == 0 ? call.state : .max
    }

    /// `event_channel_op` reset.
    func reset() -> Int64 {
        var call = EventChannelOperation.Reset(domain: .caller)
        return hypercalls.eventChannel(.reset, &call)
    }

    /// Expects that ports can be opened and closed, and that the first 63 but those of the builder are closed.
    mutating func expectAllPortsFree(line: UInt = #line) {
        for number in 3..<63 as Range<UInt32> {
            let state = state(of: EventChannelPort(rawValue: number))
            expect(state == EventChannelState.closed.rawValue || state == .max, line: line)
        }
        let port = openPort(line: line)
        expect(hypercalls.close(port), is: 0, line: line)
    }

    /// Writes an entry of the guest's own table, whose frame 0 lies at `table`. Its three parts are one word.
    func grant(
        _ reference: UInt32, _ flags: GrantFlags, frame: UInt64, to domain: DomainIdentifier, in table: UInt64
    ) {
        Memory.store64(
            Test.grantEntry(flags, frame: frame, to: domain), at: table &+ UInt64(reference) &* 8)
    }

    /// An entry of a grant table as one word.
    static func grantEntry(_ flags: GrantFlags, frame: UInt64, to domain: DomainIdentifier) -> UInt64 {
        UInt64(flags.rawValue) | UInt64(domain.rawValue) << 16 | frame << 32
    }

    /// A copy from a page of one's own to another.
    func ownCopy(_ from: UInt64, _ to: UInt64, length: UInt16) -> GrantTableOperation.Copy {
        GrantTableOperation.Copy(
            source: GrantTableOperation.CopyPointer(target: from >> 12, domain: .caller, offset: 0),
            destination: GrantTableOperation.CopyPointer(target: to >> 12, domain: .caller, offset: 0),
            length: length, flags: 0)
    }

    /// A copy out of a frame that the guest grants to itself.
    func copyFromGrant(_ reference: UInt32, to page: UInt64, length: UInt16) -> GrantTableOperation.Copy {
        var copy = ownCopy(page, page, length: length)
        copy.flags = GrantCopyFlags.sourceIsReference.rawValue
        (copy.source.target, copy.source.domain) = (UInt64(reference), guest.identifier)
        return copy
    }

    /// Makes one copy, and answers its status.
    mutating func status(of copy: GrantTableOperation.Copy, line: UInt = #line) -> GrantStatus? {
        var copy = copy
        expect(hypercalls.grantTable(.copy, &copy), is: 0, line: line)
        return GrantStatus(rawValue: copy.status)
    }

    /// Expects a status.
    mutating func expect(_ got: GrantStatus?, is status: GrantStatus, line: UInt = #line) {
        expect(Int64(got?.rawValue ?? 1), is: Int64(status.rawValue), line: line)
    }

    /// Calls `body` with two pages that lie one behind the other, and the second one without a page behind it in the guest's page
    /// tables: no guest can unmap a page in these tables, so the last page below 4 GiB serves, which has memory meanwhile.
    mutating func withLastPage(line: UInt = #line, _ body: (inout Test, _ page: UInt64) -> Void) {
        withPage(line: line) { test, spare in
            let page = Place.unmapped &- Memory.pageSize
            test.expect(
                test.hypercalls.addToPhysicalMap(.guestFrame, index: spare >> 12, at: page), is: 0, line: line)
            Memory.fill(page, count: Memory.pageSize, with: 0)
            body(&test, page)
            test.expect(
                test.hypercalls.addToPhysicalMap(.guestFrame, index: page >> 12, at: spare), is: 0, line: line)
        }
    }
}
