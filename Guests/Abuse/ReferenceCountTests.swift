// SPDX-License-Identifier: MIT
import GuestKit
import XenInterface

/// Uses of frames that are begun and ended again and again: in the end all can be given back. (XSA-224, XSA-236, XSA-394, XSA-500)
func referenceCounts(_ suite: inout Suite, _ table: UInt64) {
    suite.test("reference counts: 500 copies from a grant leave it unused, and the frame can be given back") { test in
        test.withPage { test, page in
            test.withPage { test, target in
                let before = test.guest.reservation
                test.grant(61, .permitAccess, frame: page >> 12, to: test.guest.identifier, in: table)
                for _ in 0..<500 {
                    test.expect(test.status(of: test.copyFromGrant(61, to: target, length: 64)), is: .okay)
                }
                test.expect(Memory.load16(table &+ 61 &* 8), equals: GrantFlags.permitAccess.rawValue)
                Memory.store64(0, at: table &+ 61 &* 8)
                test.expect(test.change(.decreaseReservation, frame: page >> 12), is: 1)
                test.expect(test.guest.reservation, is: before - 1)
                test.expect(test.change(.populatePhysicalMap, frame: page >> 12), is: 1)
            }
        }
    }
    suite.test("reference counts: copies that are refused leave no grant in use") { test in
        test.withPage { test, page in
            test.grant(61, [.permitAccess, .readOnly], frame: page >> 12, to: test.guest.identifier, in: table)
            test.grant(62, .permitAccess, frame: Place.first >> 12, to: test.guest.identifier, in: table)
            test.grant(63, .permitAccess, frame: page >> 12, to: .control, in: table)
            for _ in 0..<150 {
                // Written where it may be read only; no memory behind it; granted to another; behind the page.
                var copy = test.copyFromGrant(61, to: page, length: 8)
                copy.flags |= GrantCopyFlags.destinationIsReference.rawValue
                copy.destination = copy.source
                test.expect(test.status(of: copy), is: .generalError)
                test.expect(test.status(of: test.copyFromGrant(62, to: page, length: 8)), is: .badPage)
                test.expect(test.status(of: test.copyFromGrant(63, to: page, length: 8)), is: .generalError)
                copy = test.copyFromGrant(61, to: page, length: 8)
                copy.source.offset = 4092
                test.expect(test.status(of: copy), is: .badCopyArgument)
            }
            for reference in 61..<64 as Range<UInt64> {
                let flags = GrantFlags(rawValue: Memory.load16(table &+ reference &* 8))
                test.expect(flags.isDisjoint(with: [.reading, .writing]))
                Memory.store64(0, at: table &+ reference &* 8)
            }
            test.expect(test.status(of: test.copyFromGrant(61, to: page, length: 8)), is: .generalError)
        }
    }
    suite.test("reference counts: a page that the hypervisor uses for a vcpu_info counts on when it is given back") {
        test in
        // The page is out of the pool for good: the vCPU keeps it.
        guard let page = test.guest.pages.allocate() else { return test.expect(false) }
        let before = test.guest.reservation
        var call = VCPUOperation.RegisterVCPUInfo(guestFrame: page >> 12, offset: 0)
        test.expect(test.hypercalls.vcpu(.registerVCPUInfo, UInt64(Place.idleVCPU), &call), is: 0)
        test.expect(test.change(.decreaseReservation, frame: page >> 12), is: 1)
        test.expect(test.guest.reservation, is: before)
        test.expect(test.change(.decreaseReservation, frame: page >> 12), is: 0)
        // An event for that vCPU is written to the page that nobody sees.
        let port = test.openPort(vcpu: Place.idleVCPU)
        test.guest.sharedInfo.unmask(port)
        for _ in 0..<100 { test.expect(test.hypercalls.send(port), is: 0) }
        test.guest.sharedInfo.mask(port)
        test.guest.sharedInfo.clearPending(port)
        test.expect(test.hypercalls.close(port), is: 0)
    }
    suite.test("reference counts: ports are opened and closed 2,000 times, and the lowest ones are free still") {
        test in
        for _ in 0..<1000 {
            let first = test.openPort()
            var call = EventChannelOperation.AllocateUnbound(domain: .caller, remoteDomain: .caller)
            test.expect(test.hypercalls.eventChannel(.allocateUnbound, &call), is: 0)
            test.expect(call.port.rawValue < 16)
            test.expect(test.hypercalls.close(first), is: 0)
            test.expect(test.hypercalls.close(call.port), is: 0)
        }
        test.expectAllPortsFree()
    }
}
