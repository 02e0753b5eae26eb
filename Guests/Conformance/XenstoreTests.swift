// SPDX-License-Identifier: MIT
import GuestKit
import XenInterface

/// Xenstore: what a domain finds of itself, and what it may not do.
func xenstore(_ suite: inout Suite) {
    suite.test("xenstore: a domain reads its own number") { test in
        test.expectAnswer(.read, XenstorePayload("domid")) { test, answer in
            test.expect(answer.header.kind, equals: XenstoreMessage.Kind.read.rawValue)
            test.expect(answer.decimal ?? .max, equals: UInt64(test.guest.identifier.rawValue))
        }
    }
    suite.test("xenstore: an answer repeats the number of its request") { test in
        test.expectAnswer(.read, XenstorePayload("name")) { test, answer in
            test.expect(answer.header.identifier, equals: 7)
            test.expect(answer.header.transaction, equals: 0)
            test.expect(answer.header.length > 0)
        }
    }
    suite.test("xenstore: a domain's branch by its number, and the same nodes there") { test in
        test.withStore { test, store, page in
            let hypercalls = test.hypercalls
            guard let number = store.ask(.read, XenstorePayload("domid"), to: page, hypercalls),
                let path = store.ask(.getDomainPath, XenstorePayload(textAt: number.place), to: page, hypercalls)
            else { return test.expect(false) }
            test.withPage { test, name in
                Memory.store(0x0064_696D_6F64 as UInt64, at: name)  // "domid"
                let domid = XenstorePayload(textAt: path.place).child(namedAt: name)
                let answer = store.ask(.read, domid, to: page, hypercalls)
                test.expect(answer?.decimal ?? .max, equals: UInt64(test.guest.identifier.rawValue))
            }
        }
    }
    suite.test("xenstore: the memory that the domain may have, in KiB") { test in
        test.expectAnswer(.read, XenstorePayload("memory/static-max")) { test, answer in
            test.expect((answer.decimal ?? 0) &>> 10, equals: 64)
        }
    }
    suite.test("xenstore: what is not there gives ENOENT, what is not one's own EACCES, what is no path EINVAL") {
        test in
        test.expect(.read, "nothing", fails: "ENOENT")
        test.expect(.directory, "device/vbd", fails: "ENOENT")
        test.expect(.getPermissions, "domid/below", fails: "ENOENT")
        for path in Few<4, StaticString>(["/", "/local", "/local/domain", "/local/domain/0/name"]) {
            test.expect(.read, path, fails: "EACCES")
        }
        for path in Few<5, StaticString>(["", "domid/", "memory//target", "a b", "@releaseDomain"]) {
            test.expect(.read, path, fails: "EINVAL")
        }
    }
    suite.test("xenstore: an argument ends with a zero, and nothing follows, else EINVAL") { test in
        var (unended, followed) = (XenstorePayload(), XenstorePayload("domid"))
        for byte in Few<5, UInt8>([0x64, 0x6F, 0x6D, 0x69, 0x64]) { unended.append(byte: byte) }  // "domid"
        followed.append("domid")
        for kind in Few<3, XenstoreMessage.Kind>([.read, .directory, .getPermissions]) {
            test.expectAnswer(kind, unended) { test, answer in test.expect(answer.isError("EINVAL")) }
            test.expectAnswer(kind, followed) { test, answer in test.expect(answer.isError("EINVAL")) }
        }
    }
    suite.test("xenstore: a domain's number is read as far as there are digits") { test in
        test.expectPath("7", "/local/domain/7")
        test.expectPath("007", "/local/domain/7")
        test.expectPath("7x", "/local/domain/7")
        test.expectPath("abc", "/local/domain/0")
        test.expectPath("", "/local/domain/0")
        var payload = XenstorePayload("7")
        payload.append("7")
        test.expectAnswer(.getDomainPath, payload) { test, answer in test.expect(answer.isError("EINVAL")) }
    }
    suite.test("xenstore: a long path is judged to its end") { test in
        for end in Few<3, StaticString>(["a", "/", "a b"]) {
            var payload = XenstorePayload()
            for _ in 0..<300 { payload.append(byte: UInt8(ascii: "a")) }
            payload.append(end)
            let isPath = payload.count == 302 && payload.byte(300) == UInt8(ascii: "a")
            test.expectAnswer(.read, payload) { test, answer in
                test.expect(answer.isError(isPath ? "ENOENT" : "EINVAL"))
            }
        }
    }
    suite.test("xenstore: the children of a node; some have none") { test in
        test.expectAnswer(.directory, XenstorePayload("memory")) { test, answer in
            test.expect(answer.header.kind, equals: XenstoreMessage.Kind.directory.rawValue)
            test.expect(answer.contains("static-max") && answer.contains("target"))
        }
        test.expectAnswer(.directory, XenstorePayload("domid")) { test, answer in
            test.expect(answer.header.kind, equals: XenstoreMessage.Kind.directory.rawValue)
            test.expect(answer.header.length, equals: 0)
        }
        test.expectAnswer(.read, XenstorePayload("memory")) { test, answer in
            test.expect(answer.header.kind, equals: XenstoreMessage.Kind.read.rawValue)
            test.expect(answer.header.length, equals: 0)
        }
    }
    suite.test("xenstore: a domain may read what the tools have written, EACCES for more") { test in
        test.expectAnswer(.getPermissions, XenstorePayload("domid")) { test, answer in
            test.expect(answer.contains("n0"))
        }
        for path in Few<3, StaticString>(["domid", "memory/target", "nothing"]) {
            var payload = XenstorePayload(path)
            payload.append(byte: UInt8(ascii: "5"))
            test.expectAnswer(.write, payload) { test, answer in test.expect(answer.isError("EACCES")) }
        }
        test.expect(.makeDirectory, "nothing", fails: "EACCES")
        test.expect(.remove, "domid", fails: "EACCES")
    }
    suite.test("xenstore: what is for the control domain gives EACCES, what is nothing ENOSYS") { test in
        for kind in Few<3, XenstoreMessage.Kind>([.control, .release, .resume]) {
            test.expect(kind, "1", fails: "EACCES")
        }
        test.expect(.watchEvent, "domid", fails: "ENOSYS")
        test.expect(.isDomainIntroduced, "0", fails: "EACCES")
    }
    xenstoreWatches(&suite)
    xenstoreTransactions(&suite)
    xenstoreRing(&suite)
}

private func xenstoreWatches(_ suite: inout Suite) {
    suite.test("xenstore: a watch has its first event when it is set, with path and token as they were given") { test in
        for path in Few<3, StaticString>(["domid", "nothing", "@introduceDomain"]) {
            var payload = XenstorePayload(path)
            payload.append("token")
            test.expectDone(.watch, payload)
            test.withStore { test, store, page in
                let event = store.receive(to: page, test.hypercalls)
                test.expect(event?.isA(.watchEvent, payload) == true)
                test.expect(event?.header.identifier ?? 1, equals: 0)
            }
            test.expectDone(.unwatch, payload)
        }
    }
    suite.test("xenstore: a watch needs a path and a token, else EINVAL") { test in
        test.expect(.watch, "domid", fails: "EINVAL")
        var payload = XenstorePayload("a b")
        payload.append("token")
        test.expectAnswer(.watch, payload) { test, answer in test.expect(answer.isError("EINVAL")) }
    }
    suite.test("xenstore: all watches can be ended at once") { test in
        test.expectDone(.resetWatches, XenstorePayload(""))
    }
    suite.test("xenstore: the end of all watches is the end of all transactions") { test in
        test.expectAnswer(.transactionStart, XenstorePayload("")) { test, answer in
            let number = UInt32(truncatingIfNeeded: answer.decimal ?? 0)
            test.expect(number != 0)
            test.expectDone(.resetWatches, XenstorePayload(""))
            test.expect(.transactionEnd, "F", fails: "ENOENT", transaction: number)
        }
    }
}

private func xenstoreTransactions(_ suite: inout Suite) {
    suite.test("xenstore: a transaction has a number, and ends once") { test in
        for ending in Few<2, StaticString>(["T", "F"]) {
            test.expectAnswer(.transactionStart, XenstorePayload("")) { test, answer in
                let number = UInt32(truncatingIfNeeded: answer.decimal ?? 0)
                test.expect(number != 0)
                test.expectAnswer(.read, XenstorePayload("domid"), transaction: number) { test, answer in
                    test.expect(answer.header.transaction, equals: number)
                    test.expect(answer.decimal ?? .max, equals: UInt64(test.guest.identifier.rawValue))
                }
                test.expectDone(.transactionEnd, XenstorePayload(ending), transaction: number)
                test.expect(.transactionEnd, ending, fails: "ENOENT", transaction: number)
            }
        }
    }
    suite.test("xenstore: a transaction that there is not gives ENOENT, one in another EBUSY, no ending EINVAL") {
        test in
        test.expect(.read, "domid", fails: "ENOENT", transaction: 4711)
        test.expect(.transactionEnd, "T", fails: "ENOENT", transaction: 4711)
        test.expectAnswer(.transactionStart, XenstorePayload("")) { test, answer in
            let number = UInt32(truncatingIfNeeded: answer.decimal ?? 0)
            test.expect(.transactionStart, "", fails: "EBUSY", transaction: number)
            test.expect(.transactionEnd, "X", fails: "EINVAL", transaction: number)
            test.expectDone(.transactionEnd, XenstorePayload("F"), transaction: number)
        }
    }
}

private func xenstoreRing(_ suite: inout Suite) {
    suite.test("xenstore: requests behind each other are answered in their order") { test in
        test.withStore { test, store, page in
            let hypercalls = test.hypercalls
            for path in Few<3, StaticString>(["domid", "nothing", "memory"]) {
                store.send(.read, XenstorePayload(path), hypercalls)
            }
            test.expect(store.receive(to: page, hypercalls)?.decimal != nil)
            test.expect(store.receive(to: page, hypercalls)?.isError("ENOENT") == true)
            test.expect(store.receive(to: page, hypercalls)?.header.length ?? 1, equals: 0)
        }
    }
    suite.test("xenstore: one event is enough for twenty requests") { test in
        test.withStore { test, store, page in
            for _ in 0..<19 { store.put(.read, XenstorePayload("domid")) }
            store.send(.read, XenstorePayload("nothing"), test.hypercalls)
            for _ in 0..<19 {
                let answer = store.receive(to: page, test.hypercalls, asking: false)
                test.expect(answer?.decimal ?? .max, equals: UInt64(test.guest.identifier.rawValue))
            }
            let last = store.receive(to: page, test.hypercalls, asking: false)
            test.expect(last?.isError("ENOENT") == true)
        }
    }
    suite.test("xenstore: answers for which there is no room wait until there is") { test in
        test.withStore { test, store, page in
            let hypercalls = test.hypercalls
            for _ in 0..<40 { store.send(.directory, XenstorePayload("memory"), hypercalls) }
            for _ in 0..<40 {
                guard let answer = store.receive(to: page, hypercalls) else { return test.expect(false) }
                test.expect(answer.contains("target"))
            }
        }
    }
    suite.test("xenstore: a hundred requests, one after the other, wherever the ring ends") { test in
        for _ in 0..<100 {
            test.expectAnswer(.read, XenstorePayload("domid")) { test, answer in
                test.expect(answer.decimal ?? .max, equals: UInt64(test.guest.identifier.rawValue))
            }
        }
    }
    suite.test("xenstore: an answer raises an event") { test in
        test.withStore { test, store, page in
            test.guest.sharedInfo.clearPending(store.port)
            test.expect(store.ask(.read, XenstorePayload("domid"), to: page, test.hypercalls) != nil)
            test.expect(test.guest.sharedInfo.isPending(store.port))
            test.guest.sharedInfo.clearPending(store.port)
        }
    }
}
