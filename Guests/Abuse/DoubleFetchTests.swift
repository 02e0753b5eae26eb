// SPDX-License-Identifier: MIT
import GuestKit
import XenInterface

/// Arguments that another vCPU rewrites while a call reads them: what is checked has to be what is used. (XSA-166, XSA-262)
///
/// On one processor the other vCPU has its turns between the calls, and the tests say less.
func doubleFetches(_ suite: inout Suite, _ racers: Racers, _ table: UInt64) {
    suite.test("double fetch: the port of a send changes between one that is open and none: no other answer") { test in
        test.withPage { test, page in
            let port = test.openPort()
            racers.first.alternate(page, UInt64(port.rawValue), 0xFFFF_FFFF)
            test.race(racers, 500) { test in
                let operation = UInt64(EventChannelOperation.send.rawValue)
                let result = test.hypercalls.call(.eventChannelOperation, operation, page)
                test.expect(result == 0 || result == XenError.invalidArgument.result)
            }
            test.guest.sharedInfo.clearPending(port)
            test.expect(test.hypercalls.close(port), is: 0)
        }
    }
    suite.test("double fetch: count and order of extents change to absurd ones: never more than one frame goes") {
        test in
        test.withPage { test, page in
            test.withPage { test, frame in
                let before = test.guest.reservation
                Memory.store64(frame >> 12, at: page &+ 256)
                Memory.store(
                    MemoryOperation.Reservation(extentStart: page &+ 256, extentCount: 1, domain: .caller), at: page)
                racers.first.alternate(page &+ 8, 1, .max)  // the count
                racers.second.alternate(page &+ 16, 0, 40)  // the order
                test.race(racers, 300) { test in
                    // Xen gives memory to a frame that has some, and loses what was there: so only after it is gone.
                    guard test.expectFewExtents(.decreaseReservation, page) == 1 else { return }
                    test.expect(test.guest.reservation, is: before - 1)
                    while test.expectFewExtents(.populatePhysicalMap, page) == 0 { test.hypercalls.yield() }
                    test.expect(test.guest.reservation, is: before)
                }
                test.expect(test.guest.reservation, is: before)
            }
        }
    }
    suite.test("double fetch: an entry of a list of calls changes: it has the result of the one or of the other") {
        test in
        test.withPage { test, page in
            var entry = MulticallEntry()
            entry.operation = UInt64(HypercallNumber.xenVersion.rawValue)
            Memory.store(entry, at: page)
            racers.first.alternate(page, UInt64(HypercallNumber.xenVersion.rawValue), 11)
            racers.second.alternate(page &+ 16, 0, UInt64(XenVersionOperation.pageSize.rawValue))
            test.race(racers, 500) { test in
                test.expect(test.hypercalls.call(.multicall, page, 1), is: 0)
                let result = Int64(bitPattern: Memory.load64(page &+ 8))
                test.expect(result == 4 << 16 | 17 || result == 4096 || result == XenError.notImplemented.result)
            }
        }
    }
    suite.test("double fetch: offset and length of a copy change: nothing behind the page is touched") { test in
        test.withTwoPages { test, second in
            let first = second &- Memory.pageSize
            test.withPage { test, page in
                var copy = test.ownCopy(page, first, length: 16)
                (copy.source.offset, copy.destination.offset) = (0, 4080)
                Memory.store(copy, at: page &+ 1024)
                // The last word of the element: length, flags, status.
                racers.first.alternate(page &+ 1024 &+ 32, 16, 0xF000)
                test.race(racers, 500) { test in
                    let operation = UInt64(GrantTableOperation.copy.rawValue)
                    test.expect(test.hypercalls.call(.grantTableOperation, operation, page &+ 1024, 1), is: 0)
                    test.expect(Memory.load64(second), equals: 0)
                }
                test.expect(Memory.isFilled(second, count: 4096, with: 0))
            }
        }
    }
}

extension Test {
    /// Makes a call over extents whose number changes. Expects that it handles one of them or none, and answers how many.
    fileprivate mutating func expectFewExtents(
        _ operation: MemoryOperation, _ arguments: UInt64, line: UInt = #line
    ) -> Int64 {
        let result = hypercalls.call(.memoryOperation, UInt64(operation.rawValue), arguments)
        expect(result == 0 || result == 1, line: line)
        return result
    }
}
