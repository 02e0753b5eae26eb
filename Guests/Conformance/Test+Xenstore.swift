// SPDX-License-Identifier: MIT
import GuestKit
import XenInterface

/// What tests of xenstore need.
extension Test {
    /// Calls `body` with the store and a page for its answers.
    mutating func withStore(line: UInt = #line, _ body: (inout Test, Xenstore, _ page: UInt64) -> Void) {
        guard let store = Xenstore(hypercalls) else { return expect(false, line: line) }
        withPage(line: line) { test, page in body(&test, store, page) }
    }

    /// Expects that a request is answered, and calls `body` with the answer.
    mutating func expectAnswer(
        _ kind: XenstoreMessage.Kind, _ payload: XenstorePayload, transaction: UInt32 = 0, line: UInt = #line,
        _ body: (inout Test, XenstoreAnswer) -> Void
    ) {
        withStore(line: line) { test, store, page in
            guard
                let answer = store.ask(kind, payload, transaction: transaction, to: page, test.hypercalls)
            else { return test.expect(false, line: line) }
            body(&test, answer)
        }
    }

    /// Expects that a request fails with an error, told by its name.
    mutating func expect(
        _ kind: XenstoreMessage.Kind, _ path: StaticString, fails error: StaticString, transaction: UInt32 = 0,
        line: UInt = #line
    ) {
        expectAnswer(kind, XenstorePayload(path), transaction: transaction, line: line) { test, answer in
            test.expect(answer.isError(error), line: line)
        }
    }

    /// Expects that a request is done, and that nothing more is told.
    mutating func expectDone(
        _ kind: XenstoreMessage.Kind, _ payload: XenstorePayload, transaction: UInt32 = 0, line: UInt = #line
    ) {
        expectAnswer(kind, payload, transaction: transaction, line: line) { test, answer in
            test.expect(answer.isA(kind, XenstorePayload("OK")), line: line)
        }
    }

    /// Expects a path as the branch of the domain that has a number.
    mutating func expectPath(_ number: StaticString, _ path: StaticString, line: UInt = #line) {
        expectAnswer(.getDomainPath, XenstorePayload(number), line: line) { test, answer in
            test.expect(answer.isA(.getDomainPath, XenstorePayload(path)), line: line)
        }
    }
}

extension XenstoreAnswer {
    /// The number that it is in decimal, whether a zero follows or not; `nil` if it is something else.
    var decimal: UInt64? {
        var number: UInt64 = 0
        for offset in 0..<UInt64(header.length) {
            let byte = Memory.load8(place &+ offset)
            if byte == 0, offset > 0 { return number }
            guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
            number = number &* 10 &+ UInt64(byte &- UInt8(ascii: "0"))
        }
        return header.length > 0 ? number : nil
    }

    /// Whether one of its texts is `text`.
    func contains(_ text: StaticString) -> Bool {
        let wanted = XenstorePayload(text)
        var start = place
        let end = place &+ UInt64(header.length)
        while start < end {
            var isSame = true
            for index in 0..<wanted.count where Memory.load8(start &+ UInt64(index)) != wanted.byte(index) {
                isSame = false
            }
            if isSame { return true }
            while start < end, Memory.load8(start) != 0 { start &+= 1 }
            start &+= 1
        }
        return false
    }
}
