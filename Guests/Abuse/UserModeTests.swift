// SPDX-License-Identifier: MIT
import GuestKit
import XenInterface

/// Hypercalls from privilege level 3, which belong to the kernel alone. (XSA-76)
func userMode(_ suite: inout Suite) {
    suite.test("ring 3: every hypercall is refused with EPERM, whether it exists or not") { test in
        for number in 0..<64 as Range<UInt32> {
            let number = HypercallNumber(rawValue: number) ?? .unassigned
            test.expect(test.hypercalls.callFromUserMode(number), fails: .operationNotPermitted)
        }
    }
    suite.test("ring 3: what is refused has not been done: no event, no port, no memory, no page moved") { test in
        test.withPage { test, page in
            let port = test.openPort()
            test.guest.sharedInfo.clearPending(port)
            Memory.store(EventChannelOperation.Send(port: port), at: page)
            test.expectRefused(.eventChannelOperation, EventChannelOperation.send.rawValue, page)
            test.expect(!test.guest.sharedInfo.isPending(port))
            test.expectRefused(.eventChannelOperation, EventChannelOperation.close.rawValue, page)
            test.expect(test.state(of: port), equals: EventChannelState.interprocessor.rawValue)
            test.expect(test.hypercalls.close(port), is: 0)
            let before = test.guest.reservation
            Memory.store64(page >> 12, at: page &+ 256)
            Memory.store(
                MemoryOperation.Reservation(extentStart: page &+ 256, extentCount: 1, domain: .caller), at: page)
            test.expectRefused(.memoryOperation, MemoryOperation.decreaseReservation.rawValue, page)
            test.expect(test.guest.reservation, is: before)
            Memory.store(
                MemoryOperation.AddToPhysicalMap(
                    domain: .caller, space: PhysicalMapSpace.sharedInfo.rawValue, index: 0, guestFrame: page >> 12),
                at: page)
            test.expectRefused(.memoryOperation, MemoryOperation.addToPhysicalMap.rawValue, page)
            test.expect(Memory.load32(page &+ 4), equals: PhysicalMapSpace.sharedInfo.rawValue)
        }
    }
    suite.test("ring 3: a list of calls is refused as a whole, and no entry gets a result") { test in
        test.withPage { test, page in
            var entry = MulticallEntry()
            entry.operation = UInt64(HypercallNumber.xenVersion.rawValue)
            entry.result = 0xA5A5
            Memory.store(entry, at: page)
            let result = test.hypercalls.callFromUserMode(.multicall, page, 1)
            test.expect(result, fails: .operationNotPermitted)
            test.expect(Memory.load64(page &+ UInt64(MulticallEntry.resultOffset)), equals: 0xA5A5)
        }
    }
    suite.test("ring 3: the domain is not shut down, and no vCPU stopped or started") { test in
        test.withPage { test, page in
            Memory.store(SchedulerOperation.Shutdown(reason: ShutdownReason.powerOff.rawValue), at: page)
            test.expectRefused(.schedulerOperation, SchedulerOperation.shutdown.rawValue, page)
            let down = UInt64(VCPUOperation.down.rawValue)
            test.expect(test.hypercalls.callFromUserMode(.vcpuOperation, down, 1), fails: .operationNotPermitted)
            test.expect(test.hypercalls.vcpu(.isUp, 1), is: 1)
        }
    }
}

extension Test {
    fileprivate mutating func expectRefused(
        _ number: HypercallNumber, _ operation: UInt32, _ argument: UInt64, line: UInt = #line
    ) {
        let result = hypercalls.callFromUserMode(number, UInt64(operation), argument)
        expect(result, fails: .operationNotPermitted, line: line)
    }
}
