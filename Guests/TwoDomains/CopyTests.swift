// SPDX-License-Identifier: MIT
import GuestKit
import XenInterface

/// Copies from and to the other domain's pages.
func copying(_ suite: inout Suite, _ peer: Peer) {
    suite.test("two domains, copy: from the other guest's page, and to it") { test in
        test.withForeignGrant(peer) { test in
            test.withPage { test, page in
                let own = GrantTableOperation.CopyPointer(target: page >> 12, domain: .caller, offset: 16)
                let foreign = GrantTableOperation.CopyPointer(target: 50, domain: peer.domain, offset: 0)
                test.expect(test.copy(foreign, own, .sourceIsReference), is: .okay)
                test.expect(Memory.load64(page &+ 16), equals: 0x0123_4567_89AB_CDEF)
                Memory.store64(0x77, at: page &+ 16)
                test.expect(test.copy(own, foreign, .destinationIsReference), is: .okay)
                test.expect(peer.load(peer.page(0)), equals: 0x77)
                test.expect(peer.flags(of: 50) == .permitAccess)
            }
        }
    }
    suite.test("two domains, copy: not to an entry for reading only, nor from one for another domain") { test in
        test.withPage { test, page in
            let own = GrantTableOperation.CopyPointer(target: page >> 12, domain: .caller, offset: 0)
            let foreign = GrantTableOperation.CopyPointer(target: 50, domain: peer.domain, offset: 0)
            test.withForeignGrant(peer, [.permitAccess, .readOnly]) { test in
                test.expect(test.copy(own, foreign, .destinationIsReference), is: .generalError)
                test.expect(test.copy(foreign, own, .sourceIsReference), is: .okay)
            }
            peer.grant(50, .permitAccess, frame: peer.frame(0), to: peer.domain)
            test.expect(test.copy(foreign, own, .sourceIsReference), is: .generalError)
            peer.revoke(50)
            test.expect(test.copy(foreign, own, .sourceIsReference), is: .generalError)
        }
    }
    suite.test("two domains, copy: the other guest's frames by their numbers are not permitted") { test in
        test.withPage { test, page in
            let own = GrantTableOperation.CopyPointer(target: page >> 12, domain: .caller, offset: 0)
            let foreign = GrantTableOperation.CopyPointer(target: peer.frame(0), domain: peer.domain, offset: 0)
            test.expect(test.copy(foreign, own, []), is: .permissionDenied)
            test.expect(test.copy(own, foreign, []), is: .permissionDenied)
        }
    }
    suite.test("two domains, copy: while the page is mapped, and between two entries") { test in
        test.withForeignMapping(peer) { test, _ in
            peer.grant(51, .permitAccess, frame: peer.frame(1), to: test.me)
            let first = GrantTableOperation.CopyPointer(target: 50, domain: peer.domain, offset: 0)
            let second = GrantTableOperation.CopyPointer(target: 51, domain: peer.domain, offset: 128)
            test.expect(test.copy(first, second, [.sourceIsReference, .destinationIsReference]), is: .okay)
            test.expect(peer.load(peer.page(1) &+ 128), equals: 0x0123_4567_89AB_CDEF)
            test.expect(peer.flags(of: 50) == [.permitAccess, .reading, .writing])
            test.expect(peer.flags(of: 51) == .permitAccess)
            peer.revoke(51)
        }
    }
}

/// Pages of this guest, which the other one maps.
func granting(_ suite: inout Suite, _ peer: Peer, _ table: UInt64) {
    suite.test("two domains, grant: the other guest maps a page of this one, and unmaps it") { test in
        test.withPage { test, page in
            Memory.store64(0x1111, at: page)
            let entry = table &+ 60 &* 8
            Memory.store64(
                UInt64(GrantFlags.permitAccess.rawValue) | UInt64(peer.domain.rawValue) << 16 | (page >> 12) << 32,
                at: entry)
            let (status, handle) = peer.map(60, of: test.me, at: Place.first)
            test.expect(status, is: .okay)
            test.expect(peer.load(Place.first), equals: 0x1111)
            test.expect(GrantFlags(rawValue: Memory.load16(entry)) == [.permitAccess, .reading, .writing])
            test.expect(peer.unmap(handle, at: Place.first), is: .okay)
            test.expect(GrantFlags(rawValue: Memory.load16(entry)) == .permitAccess)
            Memory.store64(0, at: entry)
        }
    }
    suite.test("two domains, grant: a page of the other guest cannot be granted on, a bad page") { test in
        test.withForeignMapping(peer) { test, _ in
            let entry = table &+ 60 &* 8
            let flags = UInt64(GrantFlags.permitAccess.rawValue)
            Memory.store64(flags | UInt64(peer.domain.rawValue) << 16 | (Place.first >> 12) << 32, at: entry)
            test.expect(peer.map(60, of: test.me, at: Place.second).status, is: .badPage)
            test.expect(GrantFlags(rawValue: Memory.load16(entry)) == .permitAccess)
            Memory.store64(0, at: entry)
        }
    }
}
