// SPDX-License-Identifier: MIT
import GuestKit
import XenInterface

/// The entry of the other domain's grant table that grants its page.
private let grantedEntry: UInt64 = 20

/// What goes between two domains, measured by one of them.
func twoDomains(_ report: inout BenchmarkReport, _ peer: DomainIdentifier, _ meeting: Meeting) {
    report.measure("event to another domain and back") { _ in
        meeting.send()
        meeting.wait()
    }
    if let page = report.guest.pages.allocate() {
        var copy = GrantTableOperation.Copy(
            source: GrantTableOperation.CopyPointer(target: grantedEntry, domain: peer, offset: 0),
            destination: GrantTableOperation.CopyPointer(target: page >> 12, domain: .caller, offset: 0),
            length: 4096, flags: 1)
        report.measure("grant copy of 4096 bytes") { guest in _ = guest.hypercalls.grantTable(.copy, &copy) }
        if copy.status != 0 || Memory.load64(page) != UInt64.max {
            report.guest.console.writeLine("# The grant was not copied.")
        }
    }
    meeting.send()
}

/// The other domain's part: it grants a page, sends back every event of a measurement, and ends with the next.
func answer(_ peer: DomainIdentifier, _ guest: Guest) -> Never {
    var guest = guest
    if let table = guest.pages.allocate(), let page = guest.pages.allocate(),
        guest.hypercalls.addToPhysicalMap(.grantTable, index: 0, at: table) == 0
    {
        Memory.fill(page, count: 4096, with: 0xFF)
        let entry = table &+ grantedEntry &* 8
        Memory.store16(peer.rawValue, at: entry &+ 2)
        Memory.store32(UInt32(truncatingIfNeeded: page >> 12), at: entry &+ 4)
        Memory.store16(GrantFlags.permitAccess.rawValue, at: entry)
    }
    let meeting = Meeting(connectingTo: peer, guest)
    meeting.send()
    for _ in 0..<BenchmarkReport.tries {
        meeting.wait()
        meeting.send()
    }
    meeting.wait()
    guest.hypercalls.shutDown(.powerOff)
}
