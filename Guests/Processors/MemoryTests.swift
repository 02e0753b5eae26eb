// SPDX-License-Identifier: MIT
import GuestKit
import Instructions
import XenInterface

/// Memory that goes away while other vCPUs use it.
func memory(_ suite: inout Suite) {
    suite.test(
        "decrease_reservation: what others write to a page that is gone is not found in the one that takes its place"
    ) {
        test in
        guard let page = test.guest.pages.allocate() else { return test.skip("no page is free") }
        let hypercalls = test.hypercalls
        for _ in 0..<20 {
            test.forEachWorker { $0.begin(.write, page) }
            test.expect(test.waits { Worker(1).result > 0 })
            var (gone, place) = (page >> 12, 0xE_0000 as UInt64)
            Memory.withAddress(of: &gone) { list in
                var call = MemoryOperation.Reservation(extentStart: list, extentCount: 1, domain: .caller)
                test.expect(hypercalls.memory(.decreaseReservation, &call), is: 1)
            }
            Memory.withAddress(of: &place) { list in
                var call = MemoryOperation.Reservation(extentStart: list, extentCount: 1, domain: .caller)
                test.expect(hypercalls.memory(.populatePhysicalMap, &call), is: 1)
            }
            // Xen does not clear memory that a living domain gives back and takes again.
            Memory.store64(0x600D, at: 0xE000_0000)
            for _ in 0..<200 { test.expect(Memory.load64(0xE000_0000), equals: 0x600D) }
            test.expect(test.stopAll())
            Memory.withAddress(of: &place) { list in
                var call = MemoryOperation.Reservation(extentStart: list, extentCount: 1, domain: .caller)
                test.expect(hypercalls.memory(.decreaseReservation, &call), is: 1)
            }
            Memory.withAddress(of: &gone) { list in
                var call = MemoryOperation.Reservation(extentStart: list, extentCount: 1, domain: .caller)
                test.expect(hypercalls.memory(.populatePhysicalMap, &call), is: 1)
            }
        }
    }
}
