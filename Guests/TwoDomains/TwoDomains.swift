// SPDX-License-Identifier: MIT
import GuestKit
import XenInterface

/// What two domains do to each other: events and grants between them, and what one may not do to the other. The assembly calls
/// it.
@c(guest_main)
public func twoDomains(_ startInfo: UInt64) {
    var guest = Guest(startInfo: startInfo)
    guard let table = guest.pages.allocate(),
        guest.hypercalls.addToPhysicalMap(.grantTable, index: 0, at: table) == 0,
        let peer = Peer(of: guest, at: Place.mailbox)
    else {
        guest.console.writeLine("# two-domains: no guest beside this one that serves (peer=N)")
        guest.hypercalls.shutDown(.crash)
    }
    let suite = Suite.run(in: guest) { suite in
        binding(&suite, peer)
        sending(&suite, peer)
        closing(&suite, peer)
        mapping(&suite, peer)
        mappingRefusals(&suite, peer)
        mappingChanges(&suite, peer)
        mappingPlaces(&suite, peer)
        copying(&suite, peer)
        granting(&suite, peer, table)
        foreignDomain(&suite, peer)
        death(&suite, peer)
    }
    suite.guest.hypercalls.shutDown(.powerOff)
}

/// Where the tests map frames of the other domain: guest-physical addresses without memory.
enum Place {
    static var mailbox: UInt64 { 0xF060_0000 }
    static var first: UInt64 { 0xF040_0000 }
    static var second: UInt64 { 0xF040_1000 }
}
