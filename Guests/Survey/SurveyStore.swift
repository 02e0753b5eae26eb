// SPDX-License-Identifier: MIT
import GuestKit
import XenInterface

/// Prints what the domain finds of itself in xenstore: for each node its permissions and its value.
func surveyStore(_ guest: inout Guest) {
    guard let store = Xenstore(guest.hypercalls), let page = guest.pages.allocate() else {
        guest.console.writeLine("# xenstore: none")
        return
    }
    defer { guest.pages.free(page) }
    // The pages are zeros at first, so that a value has a zero behind it.
    guard let number = store.ask(.read, XenstorePayload("domid"), to: page, guest.hypercalls),
        let path = store.ask(.getDomainPath, XenstorePayload(textAt: number.place), to: page, guest.hypercalls)
    else { return guest.console.writeLine("# xenstore: no answer") }
    describe(XenstorePayload(textAt: path.place), in: store, &guest, depth: 0)
}

private func describe(_ path: XenstorePayload, in store: Xenstore, _ guest: inout Guest, depth: Int) {
    guard depth < 6, let page = guest.pages.allocate() else { return }
    defer { guest.pages.free(page) }
    guest.console.write("# xenstore ")
    for index in 0..<path.count - 1 { guest.console.write(byte: path.byte(index)) }
    for kind in Few<2, XenstoreMessage.Kind>([.getPermissions, .read]) {
        guard let answer = store.ask(kind, path, to: page, guest.hypercalls) else { return }
        guest.console.write(" ")
        for offset in 0..<UInt64(answer.header.length) {
            let byte = Memory.load8(answer.place &+ offset)
            guest.console.write(byte: byte == 0 ? UInt8(ascii: " ") : byte)
        }
    }
    guest.console.endLine()
    guard let answer = store.ask(.directory, path, to: page, guest.hypercalls),
        answer.header.kind == XenstoreMessage.Kind.directory.rawValue
    else { return }
    var name = answer.place
    while name < answer.place &+ UInt64(answer.header.length) {
        describe(path.child(namedAt: name), in: store, &guest, depth: depth + 1)
        while Memory.load8(name) != 0 { name &+= 1 }
        name &+= 1
    }
}
