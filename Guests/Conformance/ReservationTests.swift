// SPDX-License-Identifier: MIT
import GuestKit
import XenInterface

/// `memory_op`: giving memory back, and getting it again.
func reservations(_ suite: inout Suite) {
    suite.test("memory_op decrease_reservation: answers how many frames were given back") { test in
        test.withPage { test, page in
            test.expect(test.reservation(.decreaseReservation, page), is: 1)
            test.expectPopulated(page)
        }
    }
    suite.test("memory_op decrease_reservation: a frame that is gone cannot be given back, 0") { test in
        test.withPage { test, page in
            test.expect(test.reservation(.decreaseReservation, page), is: 1)
            test.expect(test.reservation(.decreaseReservation, page), is: 0)
            test.expectPopulated(page)
        }
    }
    suite.test("memory_op decrease_reservation: the frame then reads as all ones and drops writes") { test in
        test.withPage { test, page in
            test.expect(test.reservation(.decreaseReservation, page), is: 1)
            test.expect(test.expectValue(Probe.load32(page)), equals: 0xFFFF_FFFF)
            test.expect(Probe.store32(0x1234, at: page) == nil)
            test.expect(test.expectValue(Probe.load32(page)), equals: 0xFFFF_FFFF)
            test.expectPopulated(page)
        }
    }
    suite.test("memory_op populate_physmap: the frame can be written and read again") { test in
        test.withPage { test, page in
            test.expect(test.reservation(.decreaseReservation, page), is: 1)
            test.expect(test.reservation(.populatePhysicalMap, page), is: 1)
            Memory.store32(0xCAFE, at: page)
            test.expect(Memory.load32(page), equals: 0xCAFE)
        }
    }
    suite.test("memory_op populate_physmap: may place the frame elsewhere") { test in
        test.withPage { test, page in
            let hole = Nowhere.physicalAddress
            test.expect(test.reservation(.decreaseReservation, page), is: 1)
            test.expect(test.reservation(.populatePhysicalMap, hole), is: 1)
            Memory.store32(0xBEEF, at: hole)
            test.expect(Memory.load32(hole), equals: 0xBEEF)
            test.expect(test.reservation(.decreaseReservation, hole), is: 1)
            test.expectPopulated(page)
        }
    }
    // Filling pages is what a hypervisor uses vector registers for.
    suite.test("memory_op populate_physmap: the caller's vector registers keep their values") { test in
        test.withPage { test, page in
            Memory.store64(0x0123_4567_89AB_CDEF, at: page)
            Memory.store64(0xFEDC_BA98_7654_3210, at: page &+ 8)
            _ = Memory.loadVector(page)
            test.expect(test.reservation(.decreaseReservation, page), is: 1)
            test.expectPopulated(page)
            Memory.storeVector(at: page)
            test.expect(Memory.load64(page), equals: 0x0123_4567_89AB_CDEF)
            test.expect(Memory.load64(page &+ 8), equals: 0xFEDC_BA98_7654_3210)
        }
    }
    reservationCounts(&suite)
    reservationErrors(&suite)
}

private func reservationCounts(_ suite: inout Suite) {
    suite.test("memory_op current_reservation: follows what is given back and taken") { test in
        test.withPage { test, page in
            let before = test.reservationOf(.caller, .currentReservation)
            test.expect(test.reservation(.decreaseReservation, page), is: 1)
            test.expect(test.reservationOf(.caller, .currentReservation), is: before - 1)
            test.expectPopulated(page)
            test.expect(test.reservationOf(.caller, .currentReservation), is: before)
        }
    }
    suite.test("memory_op current_reservation: one's own number does as well as DOMID_SELF") { test in
        let result = test.reservationOf(test.guest.identifier, .currentReservation)
        test.expect(result, is: test.reservationOf(.caller, .currentReservation))
    }
    suite.test("memory_op maximum_reservation: not less than what there is") { test in
        let current = test.reservationOf(.caller, .currentReservation)
        test.expect(current > 0)
        test.expect(test.reservationOf(.caller, .maximumReservation) >= current)
    }
    suite.test("memory_op current_reservation: a domain that does not exist gives ESRCH") { test in
        test.expect(test.reservationOf(Nowhere.domain, .currentReservation), fails: .noSuchProcess)
        test.expect(test.reservationOf(Nowhere.domain, .maximumReservation), fails: .noSuchProcess)
    }
    suite.test("memory_op current_reservation: another domain gives EPERM") { test in
        guard !test.guest.isControlDomain else { return test.skip("the control domain may do that") }
        test.expect(test.reservationOf(.control, .currentReservation), fails: .operationNotPermitted)
    }
    suite.test("memory_op maximum_ram_page and maximum_gpfn: positive numbers") { test in
        let page = test.hypercalls.call(.memoryOperation, UInt64(MemoryOperation.maximumRAMPage.rawValue))
        test.expect(page > 0)
        test.expect(test.reservationOf(.caller, .maximumGuestFrame) >= 256)
    }
}

private func reservationErrors(_ suite: inout Suite) {
    suite.test("memory_op decrease_reservation: a list that is not mapped gives back nothing, 0") { test in
        var call = MemoryOperation.Reservation(extentStart: Nowhere.linearAddress, extentCount: 1, domain: .caller)
        test.expect(test.hypercalls.memory(.decreaseReservation, &call), is: 0)
        test.expect(test.hypercalls.memory(.populatePhysicalMap, &call), is: 0)
    }
    suite.test("memory_op reservations: arguments that are not mapped do nothing, 0") { test in
        for operation in Few<3, UInt64>([0, 1, 6]) {
            test.expect(test.hypercalls.call(.memoryOperation, operation, Nowhere.linearAddress), is: 0)
        }
    }
    suite.test("memory_op decrease_reservation: extents too large or too many do nothing, 0") { test in
        test.withPage { test, page in
            var large = MemoryOperation.Reservation(
                extentStart: page, extentCount: 1, extentOrder: 30, domain: .caller)
            test.expect(test.hypercalls.memory(.decreaseReservation, &large), is: 0)
            test.expect(test.hypercalls.memory(.populatePhysicalMap, &large), is: 0)
            var many = MemoryOperation.Reservation(extentStart: page, extentCount: UInt64.max, domain: .caller)
            test.expect(test.hypercalls.memory(.decreaseReservation, &many), is: 0)
        }
    }
    suite.test("memory_op decrease_reservation: no extents, nothing done, 0") { test in
        var call = MemoryOperation.Reservation(extentStart: Nowhere.linearAddress, extentCount: 0, domain: .caller)
        test.expect(test.hypercalls.memory(.decreaseReservation, &call), is: 0)
        test.expect(test.hypercalls.memory(.populatePhysicalMap, &call), is: 0)
    }
    suite.test("memory_op decrease_reservation: a domain that does not exist loses nothing, 0") { test in
        var call = MemoryOperation.Reservation(
            extentStart: Nowhere.linearAddress, extentCount: 1, domain: Nowhere.domain)
        test.expect(test.hypercalls.memory(.decreaseReservation, &call), is: 0)
    }
}

extension Test {
    /// Gives back or takes one frame at `address`.
    mutating func reservation(_ operation: MemoryOperation, _ address: UInt64) -> Int64 {
        var frame = address >> 12
        let hypercalls = hypercalls
        return Memory.withAddress(of: &frame) { list in
            var call = MemoryOperation.Reservation(extentStart: list, extentCount: 1, domain: .caller)
            return hypercalls.memory(operation, &call)
        }
    }

    /// Puts memory at `address`, where there is none.
    mutating func expectPopulated(_ address: UInt64, line: UInt = #line) {
        expect(reservation(.populatePhysicalMap, address), is: 1, line: line)
    }

    /// What an operation that takes only a domain answers.
    fileprivate mutating func reservationOf(_ domain: DomainIdentifier, _ operation: MemoryOperation) -> Int64 {
        var domain = domain
        return hypercalls.memory(operation, &domain)
    }
}
