// SPDX-License-Identifier: MIT
import GuestKit
import XenInterface

/// Grants that change while they are used. (XSA-224 and those that followed it)
func grantRaces(_ suite: inout Suite, _ racers: Racers, _ table: UInt64) {
    suite.test("grant races: an entry that names now this frame, now that one: copies are of the one or of the other") {
        test in
        test.withTwoPages { test, second in
            let first = second &- Memory.pageSize
            test.withPage { test, target in
                let me = test.guest.identifier
                Memory.fill(first, count: 256, with: 0x11)
                Memory.fill(second, count: 256, with: 0x22)
                racers.first.alternate(
                    table &+ 64 &* 8, Test.grantEntry(.permitAccess, frame: first >> 12, to: me),
                    Test.grantEntry(.permitAccess, frame: second >> 12, to: me))
                test.race(racers, 300) { test in
                    let status = test.status(of: test.copyFromGrant(64, to: target, length: 256))
                    test.expect(status == .okay || status == .generalError)
                    guard status == .okay else { return }
                    let isFirst = Memory.isFilled(target, count: 256, with: 0x11)
                    test.expect(isFirst || Memory.isFilled(target, count: 256, with: 0x22))
                }
                test.expectUnused(64, in: table, to: target)
            }
        }
    }
    suite.test("grant races: an entry that is taken back again and again is copied from or refused, and is unused then")
    {
        test in
        test.withPage { test, page in
            test.withPage { test, target in
                let entry = Test.grantEntry(.permitAccess, frame: page >> 12, to: test.guest.identifier)
                racers.first.alternate(table &+ 65 &* 8, entry, 0)
                racers.second.alternate(
                    table &+ 66 &* 8, entry,
                    Test.grantEntry([.permitAccess, .readOnly], frame: page >> 12, to: .control))
                test.race(racers, 300) { test in
                    for reference in Few<2, UInt32>([65, 66]) {
                        let status = test.status(of: test.copyFromGrant(reference, to: target, length: 8))
                        test.expect(status == .okay || status == .generalError || status == .badPage)
                    }
                }
                test.expectUnused(65, in: table, to: target)
                test.expectUnused(66, in: table, to: target)
            }
        }
    }
    suite.test("grant races: entries that are exchanged while they are copied from are whole afterwards") { test in
        test.withPage { test, page in
            let me = test.guest.identifier
            test.grant(67, .permitAccess, frame: page >> 12, to: me, in: table)
            test.grant(68, [.permitAccess, .readOnly], frame: page >> 12, to: me, in: table)
            Memory.store64(67 | 68 << 32, at: page &+ 512)
            racers.first.make([
                Racer.Call(
                    .grantTableOperation, GrantTableOperation.swapReferences.rawValue, page &+ 512, count: 1)
            ])
            test.race(racers, 300) { test in
                test.expect(test.status(of: test.copyFromGrant(67, to: page, length: 8)), is: .okay)
            }
            let flags = (Memory.load16(table &+ 67 &* 8), Memory.load16(table &+ 68 &* 8))
            let (writable, readOnly) = (
                GrantFlags.permitAccess.rawValue, (GrantFlags.permitAccess.union(.readOnly)).rawValue
            )
            test.expect(flags == (writable, readOnly) || flags == (readOnly, writable))
            Memory.store64(0, at: table &+ 67 &* 8)
            Memory.store64(0, at: table &+ 68 &* 8)
        }
    }
}

extension Test {
    /// Expects that an entry can be used as if nobody had used it before, and clears it.
    fileprivate mutating func expectUnused(
        _ reference: UInt32, in table: UInt64, to page: UInt64, line: UInt = #line
    ) {
        grant(reference, .permitAccess, frame: page >> 12, to: guest.identifier, in: table)
        expect(status(of: copyFromGrant(reference, to: page, length: 8)), is: .okay, line: line)
        expect(Memory.load16(table &+ UInt64(reference) &* 8), equals: GrantFlags.permitAccess.rawValue, line: line)
        Memory.store64(0, at: table &+ UInt64(reference) &* 8)
    }
}
