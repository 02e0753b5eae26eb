// SPDX-License-Identifier: MIT
import GuestKit
import XenInterface

/// A guest that does what the guest beside it asks for: makes hypercalls, and reads and writes its own memory. The other one
/// runs the tests. The assembly calls it.
@c(guest_main)
public func peer(_ startInfo: UInt64) {
    var guest = Guest(startInfo: startInfo)
    guard let other = guest.peer, let mailbox = guest.openMailbox(to: other) else {
        guest.console.writeLine("# peer: no domain to serve (peer=N), or no pages")
        guest.hypercalls.shutDown(.crash)
    }
    while true {
        let request = Memory.load64(mailbox &+ Mailbox.requested)
        if request == Memory.load64(mailbox &+ Mailbox.done) {
            guest.hypercalls.yield()
        } else {
            Memory.store64(guest.serve(mailbox), at: mailbox &+ Mailbox.result)
            Memory.store64(request, at: mailbox &+ Mailbox.done)
        }
    }
}

extension Guest {
    /// Sets up the page, and grants it to the other domain.
    fileprivate mutating func openMailbox(to other: DomainIdentifier) -> UInt64? {
        guard let table = pages.allocate(), let mailbox = pages.allocate(), let spare = pages.allocate(),
            hypercalls.addToPhysicalMap(.grantTable, index: 0, at: table) == 0
        else { return nil }
        // Pages of the pool are allocated in order, so the spare ones lie in a row.
        for _ in 1..<Mailbox.pageCount { _ = pages.allocate() }
        Memory.store64(mailbox, at: mailbox &+ Mailbox.address)
        Memory.store64(spare, at: mailbox &+ Mailbox.pages)
        Memory.store64(table, at: mailbox &+ Mailbox.table)
        let entry = table &+ UInt64(Mailbox.reference) &* 8
        Memory.store16(other.rawValue, at: entry &+ 2)
        Memory.store32(UInt32(truncatingIfNeeded: mailbox >> 12), at: entry &+ 4)
        Memory.store16(GrantFlags.permitAccess.rawValue, at: entry)
        return mailbox
    }

    /// Does what is asked for, and answers the result.
    fileprivate func serve(_ mailbox: UInt64) -> UInt64 {
        func argument(_ index: UInt64) -> UInt64 { Memory.load64(mailbox &+ Mailbox.word(2 &+ index)) }
        switch Mailbox.Request(rawValue: Memory.load64(mailbox &+ Mailbox.word(1))) {
        case .hypercall:
            return UInt64(
                bitPattern: hypercalls.call(
                    argument(0), argument(1), argument(2), argument(3), argument(4), argument(5)))
        case .load: return Memory.load64(argument(0))
        case .store:
            Memory.store64(argument(1), at: argument(0))
            return 0
        case .takeEvent:
            let port = EventChannelPort(rawValue: UInt32(truncatingIfNeeded: argument(0)))
            let isPending = sharedInfo.isPending(port)
            sharedInfo.clearPending(port)
            return isPending ? 1 : 0
        case .alternate:
            for _ in 0..<argument(3) {
                Memory.store64(argument(1), at: argument(0))
                Memory.store64(argument(2), at: argument(0))
                hypercalls.yield()
            }
            return 0
        case nil: return UInt64.max
        }
    }
}
