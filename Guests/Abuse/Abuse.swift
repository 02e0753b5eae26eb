// SPDX-License-Identifier: MIT
import GuestKit
import XenInterface

/// What has gone wrong in hypervisors before, tried on this one: a test's name begins with the class of the mistake, its comment names
/// the Xen security advisory (XSA) that suggested it. The assembly calls it.
///
/// The guest has four vCPUs: the first runs the tests, two race against it, and the last is never started. Where another guest serves
/// it (`peer=N`), the tests between two domains run as well.
@c(guest_main)
public func abuse(_ startInfo: UInt64) {
    var guest = Guest(startInfo: startInfo)
    guard let table = guest.pages.allocate(),
        guest.hypercalls.addToPhysicalMap(.grantTable, index: 0, at: table) == 0,
        let first = Racer(1, of: &guest), let second = Racer(2, of: &guest)
    else {
        guest.console.writeLine("# abuse: no grant table, or no vCPUs 1 and 2")
        guest.hypercalls.shutDown(.crash)
    }
    let racers = Racers(first: first, second: second)
    let peer = guest.peer == nil ? nil : Peer(of: guest, at: Place.mailbox)
    let suite = Suite.run(in: guest) { suite in
        let before = suite.guest.reservation
        userMode(&suite)
        indexLimits(&suite, table)
        alignment(&suite)
        informationLeaks(&suite)
        partialFailures(&suite, table)
        preemption(&suite)
        doubleFetches(&suite, racers, table)
        referenceCounts(&suite, table)
        eventRaces(&suite, racers)
        grantRaces(&suite, racers, table)
        if let peer { twoDomains(&suite, racers, peer) }
        suite.test("in the end: the domain has as much memory as before, and its ports are free") { test in
            test.expect(test.guest.reservation, is: before)
            test.expectAllPortsFree()
        }
    }
    if let peer { peer.shutDown() }
    suite.guest.hypercalls.shutDown(.powerOff)
}

/// The two vCPUs that race against the first.
struct Racers {
    let first: Racer
    let second: Racer

    /// Whether each has done something, if it has anything to do.
    var haveRaced: Bool { first.hasRaced && second.hasRaced }

    /// Has both stop.
    func stop(_ hypercalls: Hypercalls) {
        first.stop(hypercalls)
        second.stop(hypercalls)
    }
}

/// Guest-physical addresses without memory, and what leads nowhere.
enum Place {
    static var mailbox: UInt64 { 0xF060_0000 }
    static var first: UInt64 { 0xF040_0000 }
    static var second: UInt64 { 0xF050_0000 }
    /// A linear address that the guest's page tables do not map: they end at 4 GiB.
    static var unmapped: UInt64 { 0x1_0000_0000 }
    /// The vCPU that is never started.
    static var idleVCPU: UInt32 { 3 }
    /// How many vCPUs there are.
    static var vcpuCount: UInt32 { 4 }
}
