// SPDX-License-Identifier: MIT
import GuestKit
import XenInterface

/// Numbers at the end of what there is, just behind it, and far away.
func indexLimits(_ suite: inout Suite, _ table: UInt64) {
    eventLimits(&suite)
    memoryLimits(&suite)
    grantLimits(&suite, table)
}

/// Ports and vCPUs. (XSA-107, XSA-317, XSA-342)
private func eventLimits(_ suite: inout Suite) {
    suite.test("index limits: ports that no table has give EINVAL, whatever is to be done with them") { test in
        for number in Few<7, UInt32>([0, 4096, 4097, 1 << 17, 0x7FFF_FFFF, 0x8000_0000, .max]) {
            let port = EventChannelPort(rawValue: number)
            test.expect(test.hypercalls.send(port), fails: .invalidArgument)
            test.expect(test.hypercalls.close(port), fails: .invalidArgument)
            var move = EventChannelOperation.BindVCPU(port: port, vcpu: 0)
            test.expect(test.hypercalls.eventChannel(.bindVCPU, &move), fails: .invalidArgument)
            var bind = EventChannelOperation.BindInterdomain(remoteDomain: .caller, remotePort: port)
            test.expect(test.hypercalls.eventChannel(.bindInterdomain, &bind), fails: .invalidArgument)
            guard number != 0 else { continue }  // port 0 is there, and always closed
            test.expect(test.state(of: port), equals: .max)
            var unmask = EventChannelOperation.Unmask(port: port)
            test.expect(test.hypercalls.eventChannel(.unmask, &unmask), fails: .invalidArgument)
            var priority = EventChannelOperation.SetPriority(port: port, priority: 0)
            test.expect(test.hypercalls.eventChannel(.setPriority, &priority), fails: .invalidArgument)
        }
    }
    suite.test("index limits: vCPUs that a domain does not have give ENOENT, and no port is left open") { test in
        let port = test.openPort()
        for number in Few<6, UInt32>([Place.vcpuCount, 32, 128, 0x7FFF_FFFF, 0x8000_0000, .max]) {
            for operation in 0..<14 as Range<UInt64> {
                let result = test.hypercalls.call(.vcpuOperation, operation, UInt64(number), Place.unmapped)
                test.expect(result, fails: .noSuchEntry)
            }
            var bind = EventChannelOperation.BindIPI(vcpu: number)
            test.expect(test.hypercalls.eventChannel(.bindIPI, &bind), fails: .noSuchEntry)
            var interrupt = EventChannelOperation.BindVIRQ(
                virtualInterrupt: VirtualInterrupt.timer.rawValue, vcpu: number)
            test.expect(test.hypercalls.eventChannel(.bindVIRQ, &interrupt), fails: .noSuchEntry)
            var move = EventChannelOperation.BindVCPU(port: port, vcpu: number)
            test.expect(test.hypercalls.eventChannel(.bindVCPU, &move), fails: .noSuchEntry)
            var control = EventChannelOperation.InitializeControl(controlFrame: 0, offset: 0, vcpu: number)
            test.expect(test.hypercalls.eventChannel(.initializeControl, &control), fails: .noSuchEntry)
        }
        test.expect(test.hypercalls.close(port), is: 0)
        test.expectAllPortsFree()
    }
    suite.test("index limits: virtual interrupts that do not exist give EINVAL") { test in
        for number in Few<4, UInt32>([24, 25, 0x8000_0000, .max]) {
            var bind = EventChannelOperation.BindVIRQ(virtualInterrupt: number, vcpu: 0)
            test.expect(test.hypercalls.eventChannel(.bindVIRQ, &bind), fails: .invalidArgument)
        }
    }
    suite.test("index limits: a control block of event queues does not reach beyond its page, EINVAL") { test in
        test.withPage { test, page in
            for offset in Few<5, UInt32>([4096 - 72 + 8, 4, 4096, 0x8000_0000, .max - 7]) {
                var call = EventChannelOperation.InitializeControl(
                    controlFrame: page >> 12, offset: offset, vcpu: 0)
                test.expect(test.hypercalls.eventChannel(.initializeControl, &call), fails: .invalidArgument)
            }
            test.expect(Memory.isFilled(page, count: 4096, with: 0))
        }
    }
}

/// Extents, their orders, and guest frames. (XSA-29, XSA-31, XSA-158, XSA-212)
private func memoryLimits(_ suite: inout Suite) {
    suite.test("index limits: extents of orders and counts beyond all memory change nothing, 0") { test in
        test.withPage { test, page in
            let before = test.guest.reservation
            Memory.store64(page >> 12, at: page)
            for operation in Few<2, MemoryOperation>([.decreaseReservation, .populatePhysicalMap]) {
                for order in Few<6, UInt32>([10, 18, 32, 63, 64, .max]) {
                    test.expect(test.change(operation, page, count: 1, order: order), is: 0)
                }
                for count in Few<4, UInt64>([1 << 58, 1 << 63, (1 << 63) + 1, .max]) {
                    test.expect(test.change(operation, page, count: count), is: 0)
                }
            }
            test.expect(test.guest.reservation, is: before)
        }
    }
    // Memory is not asked for there, nor moved there: Xen takes that for done, or does half of it, and so loses a page of the domain's.
    suite.test("index limits: guest frames beyond all addresses have no memory to give") { test in
        let before = test.guest.reservation
        for frame in Few<5, UInt64>([1 << 40, 1 << 51, 1 << 52, 1 << 63, .max - 1]) {
            test.expect(test.change(.decreaseReservation, frame: frame), is: 0)
        }
        test.expect(test.guest.reservation, is: before)
    }
    suite.test("index limits: no page is moved from frames beyond all addresses, and none taken away there") { test in
        test.withPage { test, page in
            Memory.store64(0x1234, at: page)
            for frame in Few<5, UInt64>([1 << 40, 1 << 52, 1 << 63, .max - 1, .max]) {
                var call = MemoryOperation.AddToPhysicalMap(
                    domain: .caller, space: PhysicalMapSpace.guestFrame.rawValue, index: frame, guestFrame: page >> 12)
                test.expect(test.hypercalls.memory(.addToPhysicalMap, &call), fails: .invalidArgument)
                var removal = MemoryOperation.RemoveFromPhysicalMap(domain: .caller, guestFrame: frame)
                test.expect(test.hypercalls.memory(.removeFromPhysicalMap, &removal) < 0)
            }
            test.expect(Memory.load64(page), equals: 0x1234)
        }
    }
}

/// References and frames of grant tables.
private func grantLimits(_ suite: inout Suite, _ table: UInt64) {
    suite.test("index limits: grant references at the table's end and behind it") { test in
        test.withPage { test, page in
            // The table may have grown before: the first reference behind it is told by its size.
            var size = GrantTableOperation.QuerySize(domain: .caller)
            test.expect(test.hypercalls.grantTable(.querySize, &size), is: 0)
            let end = size.frameCount &* 512
            test.expect(test.status(of: test.copyFromGrant(511, to: page, length: 8)), is: .generalError)
            for reference in Few<5, UInt32>([end, end + 1, 1 << 24, 0x8000_0000, .max]) {
                test.expect(test.status(of: test.copyFromGrant(reference, to: page, length: 8)), is: .badReference)
                var swap = GrantTableOperation.SwapReferences(
                    first: GrantReference(rawValue: 50), second: GrantReference(rawValue: reference))
                test.expect(test.hypercalls.grantTable(.swapReferences, &swap), is: 0)
                test.expect(GrantStatus(rawValue: swap.status), is: .badReference)
            }
        }
    }
    suite.test("index limits: frames that a grant table cannot have give EINVAL, and memory in the way stays") { test in
        test.withPage { test, page in
            var size = GrantTableOperation.QuerySize(domain: .caller)
            test.expect(test.hypercalls.grantTable(.querySize, &size), is: 0)
            Memory.store64(0x1234, at: page)
            let limit = UInt64(size.maximumFrameCount)
            for index in Few<3, UInt64>([limit, limit + 1, 0x7FFF_FFFF]) {
                let result = test.hypercalls.addToPhysicalMap(.grantTable, index: index, at: page)
                test.expect(result, fails: .invalidArgument)
            }
            test.expect(Memory.load64(page), equals: 0x1234)
        }
    }
    suite.test("index limits: handles that name no mapping, in and beyond the table, are bad") { test in
        for handle in Few<5, UInt32>([4095, 1 << 20, 0x7FFF_FFFF, 0x8000_0000, .max]) {
            var call = GrantTableOperation.Unmap(hostAddress: Place.first, handle: handle)
            test.expect(test.hypercalls.grantTable(.unmap, &call), is: 0)
            test.expect(GrantStatus(rawValue: call.status), is: .badHandle)
        }
    }
}
