// SPDX-License-Identifier: MIT
import GuestKit
import XenInterface

/// `grant_table_op` copy and swap_grant_ref.
func grantCopy(_ suite: inout Suite) {
    suite.test("grant_table_op copy: between all kinds of sides") { test in
        test.withGrant { test, table, granted in
            test.withPage { test, own in
                for flags in 0..<4 as Range<UInt16> {
                    Memory.store64(0x0123_4567_89AB_CDEF, at: granted)
                    Memory.store64(0x0FED_CBA9_8765_4321, at: own &+ 64)
                    let fromGrant = flags & 1 != 0
                    let toGrant = flags & 2 != 0
                    let me = test.guest.identifier
                    let copy = GrantTableOperation.Copy(
                        source: GrantTableOperation.CopyPointer(
                            target: fromGrant ? 20 : own >> 12, domain: fromGrant ? me : .caller,
                            offset: fromGrant ? 0 : 64),
                        destination: GrantTableOperation.CopyPointer(
                            target: toGrant ? 20 : own >> 12, domain: toGrant ? me : .caller, offset: 128),
                        length: 8, flags: flags)
                    test.expect(test.status(of: copy), is: .okay)
                    let got = Memory.load64((toGrant ? granted : own) &+ 128)
                    test.expect(got, equals: fromGrant ? 0x0123_4567_89AB_CDEF : 0x0FED_CBA9_8765_4321)
                    test.expect(test.flags(of: 20, in: table) == .permitAccess)
                }
            }
        }
    }
    suite.test("grant_table_op copy: whole pages; no bytes at all need pages as well") { test in
        test.withPage { test, from in
            test.withPage { test, to in
                Memory.fill(from, count: 4096, with: 0xA5)
                test.expect(test.status(of: test.ownCopy(from, to, length: 4096)), is: .okay)
                test.expect(Memory.isFilled(to, count: 4096, with: 0xA5))
                test.expect(test.status(of: test.ownCopy(from, to, length: 0)), is: .okay)
                test.expect(test.status(of: test.ownCopy(from, Nowhere.physicalAddress, length: 0)), is: .badPage)
            }
        }
    }
    grantCopyErrors(&suite)
    grantCopyBatches(&suite)
    grantSwap(&suite)
}

private func grantCopyErrors(_ suite: inout Suite) {
    suite.test("grant_table_op copy: beyond the end of either page is a bad argument") { test in
        test.withPage { test, page in
            var copy = test.ownCopy(page, page, length: 8)
            copy.source.offset = 4089
            test.expect(test.status(of: copy), is: .badCopyArgument)
            copy.source.offset = 0
            copy.destination.offset = 4089
            test.expect(test.status(of: copy), is: .badCopyArgument)
            copy = test.ownCopy(page, page, length: 0xFFFF)
            test.expect(test.status(of: copy), is: .badCopyArgument)
        }
    }
    suite.test("grant_table_op copy: only one's own frames by number, and as DOMID_SELF, else no permission") { test in
        test.withPage { test, page in
            for domain in Few<3, DomainIdentifier>([test.guest.identifier, .control, Nowhere.domain]) {
                let status: GrantStatus = domain == Nowhere.domain ? .badDomain : .permissionDenied
                var copy = test.ownCopy(page, page, length: 8)
                copy.source.domain = domain
                test.expect(test.status(of: copy), is: status)
                copy.source.domain = .caller
                copy.destination.domain = domain
                test.expect(test.status(of: copy), is: status)
            }
        }
    }
    suite.test("grant_table_op copy: frames without memory are a bad page, grants of nobody a bad domain") { test in
        test.withPage { test, page in
            test.expect(test.status(of: test.ownCopy(Nowhere.physicalAddress, page, length: 8)), is: .badPage)
            test.expect(test.status(of: test.ownCopy(page, Nowhere.physicalAddress, length: 8)), is: .badPage)
            var copy = test.ownCopy(page, page, length: 8)
            copy.flags = GrantCopyFlags.sourceIsReference.rawValue
            copy.source.target = 20
            copy.source.domain = Nowhere.domain
            test.expect(test.status(of: copy), is: .badDomain)
            copy.source.domain = .control
            test.expect(test.status(of: copy), is: .generalError)
            copy.source.domain = test.guest.identifier
            copy.source.target = 1 << 24
            test.expect(test.status(of: copy), is: .badReference)
            copy.source.target = 21
            test.expect(test.status(of: copy), is: .generalError)
        }
    }
    suite.test("grant_table_op copy: a read-only entry can be read, not written") { test in
        test.withGrant([.permitAccess, .readOnly]) { test, table, _ in
            test.withPage { test, page in
                var copy = test.ownCopy(page, page, length: 8)
                copy.flags = GrantCopyFlags.sourceIsReference.rawValue
                (copy.source.target, copy.source.domain) = (20, test.guest.identifier)
                test.expect(test.status(of: copy), is: .okay)
                test.expect(Memory.load64(page), equals: 0x0123_4567_89AB_CDEF)
                copy = test.ownCopy(page, page, length: 8)
                copy.flags = GrantCopyFlags.destinationIsReference.rawValue
                (copy.destination.target, copy.destination.domain) = (20, test.guest.identifier)
                test.expect(test.status(of: copy), is: .generalError)
                test.expect(test.flags(of: 20, in: table) == [.permitAccess, .readOnly])
            }
        }
    }
}

private func grantCopyBatches(_ suite: inout Suite) {
    suite.test("grant_table_op copy: a failure does not stop the elements behind it") { test in
        test.withPage { test, from in
            test.withPage { test, to in
                var copies: InlineArray<100, GrantTableOperation.Copy> = InlineArray(
                    repeating: test.ownCopy(from, to, length: 8))
                for index in 0..<100 {
                    Memory.store64(UInt64(index) &+ 1, at: from &+ UInt64(index) &* 8)
                    copies[index].source.offset = UInt16(index) * 8
                    copies[index].destination.offset = UInt16(index) * 8
                    if index % 10 == 3 { copies[index].source.domain = .control }
                }
                let hypercalls = test.hypercalls
                let number = UInt64(GrantTableOperation.copy.rawValue)
                let result = Memory.withAddress(of: &copies) {
                    hypercalls.call(.grantTableOperation, number, $0, 100)
                }
                test.expect(result, is: 0)
                for index in 0..<100 {
                    let fails = index % 10 == 3
                    let status = GrantStatus(rawValue: copies[index].status)
                    test.expect(status, is: fails ? .permissionDenied : .okay)
                    test.expect(
                        Memory.load64(to &+ UInt64(index) &* 8), equals: fails ? 0 : UInt64(index) &+ 1)
                }
            }
        }
    }
}

private func grantSwap(_ suite: inout Suite) {
    suite.test("grant_table_op swap_grant_ref: exchanges two entries") { test in
        test.withGrant { test, table, page in
            test.grant(21, [.permitAccess, .readOnly], 0x55, in: table)
            test.expect(test.swap(20, 21), is: .okay)
            test.expect(test.flags(of: 20, in: table) == [.permitAccess, .readOnly])
            test.expect(UInt64(Memory.load32(table &+ 21 &* 8 &+ 4)), equals: page >> 12)
            test.expect(test.swap(20, 20), is: .okay)
            test.grant(21, [], 0, in: table)
        }
    }
    suite.test("grant_table_op swap_grant_ref: not beyond the table, and not while one is in use") { test in
        test.withGrant { test, table, _ in
            test.expect(test.swap(1 << 24, 20), is: .badReference)
            test.expect(test.swap(20, UInt32.max), is: .badReference)
            let (_, handle) = test.map(20, at: GrantPlace.first)
            test.expect(test.swap(20, 21), is: .tryAgain)
            test.expect(test.swap(21, 20), is: .tryAgain)
            test.expect(test.unmap(handle, at: GrantPlace.first), is: .okay)
        }
    }
}

extension Test {
    /// A copy between two pages of the guest.
    fileprivate func ownCopy(_ from: UInt64, _ to: UInt64, length: UInt16) -> GrantTableOperation.Copy {
        GrantTableOperation.Copy(
            source: GrantTableOperation.CopyPointer(target: from >> 12, domain: .caller, offset: 0),
            destination: GrantTableOperation.CopyPointer(target: to >> 12, domain: .caller, offset: 0),
            length: length, flags: 0)
    }

    /// Makes one copy, and answers its status.
    fileprivate mutating func status(of copy: GrantTableOperation.Copy, line: UInt = #line) -> GrantStatus? {
        var copy = copy
        expect(hypercalls.grantTable(.copy, &copy), is: 0, line: line)
        return GrantStatus(rawValue: copy.status)
    }

    fileprivate mutating func swap(_ first: UInt32, _ second: UInt32, line: UInt = #line) -> GrantStatus? {
        var call = GrantTableOperation.SwapReferences(
            first: GrantReference(rawValue: first), second: GrantReference(rawValue: second))
        expect(hypercalls.grantTable(.swapReferences, &call), is: 0, line: line)
        return GrantStatus(rawValue: call.status)
    }
}
