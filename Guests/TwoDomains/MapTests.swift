// SPDX-License-Identifier: MIT
import GuestKit
import XenInterface

/// Mapping pages of the other domain.
func mapping(_ suite: inout Suite, _ peer: Peer) {
    suite.test("two domains, map: the other guest's page appears, and both see what either writes") { test in
        test.withForeignMapping(peer) { test, _ in
            test.expect(Memory.load64(Place.first), equals: 0x0123_4567_89AB_CDEF)
            Memory.store64(42, at: Place.first &+ 8)
            test.expect(peer.load(peer.page(0) &+ 8), equals: 42)
            peer.store(43, at: peer.page(0) &+ 8)
            test.expect(Memory.load64(Place.first &+ 8), equals: 43)
        }
    }
    suite.test("two domains, map: the other guest's entry says that its page is in use, until it is not") { test in
        test.withForeignGrant(peer) { test in
            let (status, handle) = test.map(peer, 50)
            test.expect(status, is: .okay)
            test.expect(peer.flags(of: 50) == [.permitAccess, .reading, .writing])
            test.expect(test.unmap(handle), is: .okay)
            test.expect(peer.flags(of: 50) == .permitAccess)
            test.expect(Memory.load64(Place.first), equals: UInt64.max)
        }
    }
    suite.test("two domains, map: for reading only, what is written is lost") { test in
        test.withForeignMapping(peer, [.host, .readOnly]) { test, _ in
            test.expect(peer.flags(of: 50) == [.permitAccess, .reading])
            test.expect(Memory.load64(Place.first), equals: 0x0123_4567_89AB_CDEF)
            Memory.store64(1, at: Place.first)
            test.expect(Memory.load64(Place.first), equals: 0x0123_4567_89AB_CDEF)
            test.expect(peer.load(peer.page(0)), equals: 0x0123_4567_89AB_CDEF)
        }
    }
    suite.test("two domains, map: twice, and the entry is in use until the second mapping ends") { test in
        test.withForeignGrant(peer) { test in
            let (_, first) = test.map(peer, 50)
            let (status, second) = test.map(peer, 50, at: Place.second)
            test.expect(status, is: .okay)
            Memory.store64(7, at: Place.first)
            test.expect(Memory.load64(Place.second), equals: 7)
            test.expect(test.unmap(first), is: .okay)
            test.expect(peer.flags(of: 50) == [.permitAccess, .reading, .writing])
            test.expect(Memory.load64(Place.second), equals: 7)
            test.expect(test.unmap(second, at: Place.second), is: .okay)
            test.expect(peer.flags(of: 50) == .permitAccess)
        }
    }
    suite.test("two domains, unmap: handles are a domain's own, and ended ones are bad") { test in
        test.withForeignMapping(peer) { test, handle in
            test.expect(peer.unmap(handle &+ 1000, at: peer.page(7)), is: .badHandle)
            test.expect(test.unmap(handle &+ 1000), is: .badHandle)
            test.expect(test.unmap(handle, at: Place.second), is: .generalError)
            test.expect(Memory.load64(Place.first), equals: 0x0123_4567_89AB_CDEF)
        }
    }
}

/// What an entry does not grant.
func mappingRefusals(_ suite: inout Suite, _ peer: Peer) {
    suite.test("two domains, map: a read-only entry is not mapped for writing, a general error") { test in
        test.withForeignGrant(peer, [.permitAccess, .readOnly]) { test in
            test.expect(test.map(peer, 50).status, is: .generalError)
            let (status, handle) = test.map(peer, 50, [.host, .readOnly])
            test.expect(status, is: .okay)
            test.expect(test.unmap(handle), is: .okay)
        }
    }
    suite.test("two domains, map: what is granted to another domain, or not granted, is a general error") { test in
        peer.grant(50, .permitAccess, frame: peer.frame(0), to: peer.domain)
        test.expect(test.map(peer, 50).status, is: .generalError)
        peer.grant(50, .permitAccess, frame: peer.frame(0), to: .control)
        test.expect(test.map(peer, 50).status, is: .generalError)
        peer.grant(50, .acceptTransfer, frame: peer.frame(0), to: test.me)
        test.expect(test.map(peer, 50).status, is: .generalError)
        peer.revoke(50)
        test.expect(test.map(peer, 50).status, is: .generalError)
    }
    suite.test("two domains, map: an entry beyond the other guest's table is a bad reference") { test in
        test.expect(test.map(peer, 1 << 24).status, is: .badReference)
    }
    suite.test("two domains, map: an entry of a frame without memory is a bad page, and not in use") { test in
        peer.grant(50, .permitAccess, frame: 0xF0000, to: test.me)
        test.expect(test.map(peer, 50).status, is: .badPage)
        test.expect(peer.flags(of: 50) == .permitAccess)
        peer.revoke(50)
    }
}

/// What changes while a page is mapped.
func mappingChanges(_ suite: inout Suite, _ peer: Peer) {
    suite.test("two domains, map: a grant that is revoked while it is mapped stays mapped, and can be unmapped") {
        test in
        test.withForeignMapping(peer) { test, _ in
            peer.revoke(50)
            peer.store(99, at: peer.page(0) &+ 8)
            test.expect(Memory.load64(Place.first &+ 8), equals: 99)
        }
        test.expect(test.map(peer, 50).status, is: .generalError)
    }
    suite.test("two domains, map: an entry that is changed while it is mapped shows the old page still, and again") {
        test in
        test.withForeignMapping(peer) { test, _ in
            peer.store(0x5555, at: peer.page(1))
            peer.grant(50, [.permitAccess, .reading, .writing], frame: peer.frame(1), to: test.me)
            test.expect(Memory.load64(Place.first), equals: 0x0123_4567_89AB_CDEF)
            let (status, handle) = test.map(peer, 50, at: Place.second)
            test.expect(status, is: .okay)
            test.expect(Memory.load64(Place.second), equals: 0x0123_4567_89AB_CDEF)
            test.expect(test.unmap(handle, at: Place.second), is: .okay)
        }
    }
    suite.test("two domains, map: a page that the other guest gives back stays until it is unmapped") { test in
        test.withForeignMapping(peer) { test, _ in
            test.expect(peer.reservation(.decreaseReservation, peer.frame(0)), is: 1)
            test.expect(Memory.load64(Place.first), equals: 0x0123_4567_89AB_CDEF)
            Memory.store64(5, at: Place.first)
            test.expect(Memory.load64(Place.first), equals: 5)
        }
        test.expect(peer.reservation(.populatePhysicalMap, peer.frame(0)), is: 1)
    }
    suite.test("two domains, swap_grant_ref: not while the other guest has one of them mapped") { test in
        test.withForeignMapping(peer) { test, _ in
            var call = GrantTableOperation.SwapReferences(
                first: GrantReference(rawValue: 50), second: GrantReference(rawValue: 51))
            let number = GrantTableOperation.swapReferences.rawValue
            test.expect(peer.call(.grantTableOperation, number, &call, count: 1), is: 0)
            test.expect(GrantStatus(rawValue: call.status), is: .tryAgain)
        }
    }
}

/// The place of a mapping is no memory of this domain's.
func mappingPlaces(_ suite: inout Suite, _ peer: Peer) {
    suite.test("two domains, decrease_reservation: a mapped page is not this guest's to give back, 0") { test in
        test.withForeignMapping(peer) { test, _ in
            var frame = Place.first >> 12
            let hypercalls = test.hypercalls
            let result = Memory.withAddress(of: &frame) { list in
                var call = MemoryOperation.Reservation(extentStart: list, extentCount: 1, domain: .caller)
                return hypercalls.memory(.decreaseReservation, &call)
            }
            test.expect(result, is: 0)
            test.expect(Memory.load64(Place.first), equals: 0x0123_4567_89AB_CDEF)
        }
    }
    suite.test("two domains, remove_from_physmap: a mapped page ends otherwise, ENOENT") { test in
        test.withForeignMapping(peer) { test, _ in
            var call = MemoryOperation.RemoveFromPhysicalMap(domain: .caller, guestFrame: Place.first >> 12)
            test.expect(test.hypercalls.memory(.removeFromPhysicalMap, &call), fails: .noSuchEntry)
            test.expect(Memory.load64(Place.first), equals: 0x0123_4567_89AB_CDEF)
        }
    }
    suite.test("two domains, add_to_physmap: not where a page is mapped, ENXIO") { test in
        test.withForeignMapping(peer) { test, _ in
            let result = test.hypercalls.addToPhysicalMap(.grantTable, index: 1, at: Place.first)
            test.expect(result, fails: .noSuchDeviceOrAddress)
            test.expect(Memory.load64(Place.first), equals: 0x0123_4567_89AB_CDEF)
        }
    }
    suite.test("two domains, map: memory that was at the place is given back") { test in
        test.withPage { test, page in
            Memory.store64(0x77, at: page)
            test.withForeignGrant(peer) { test in
                let (status, handle) = test.map(peer, 50, at: page)
                test.expect(status, is: .okay)
                test.expect(Memory.load64(page), equals: 0x0123_4567_89AB_CDEF)
                test.expect(test.unmap(handle, at: page), is: .okay)
                test.expect(Memory.load64(page), equals: UInt64.max)
            }
            var frame = page >> 12
            let hypercalls = test.hypercalls
            let result = Memory.withAddress(of: &frame) { list in
                var call = MemoryOperation.Reservation(extentStart: list, extentCount: 1, domain: .caller)
                return hypercalls.memory(.populatePhysicalMap, &call)
            }
            test.expect(result, is: 1)
        }
    }
}
