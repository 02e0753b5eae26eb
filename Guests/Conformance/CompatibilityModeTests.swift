// SPDX-License-Identifier: MIT
import GuestKit
import XenInterface

/// Hypercalls from a 32-bit code segment: 32-bit registers, 32-bit layouts.
func compatibilityMode(_ suite: inout Suite) {
    suite.test("32-bit caller: arguments come in EBX, ECX, EDX; the result's upper half is 0") { test in
        let number = UInt64(HypercallNumber.xenVersion.rawValue)
        test.expect(test.hypercalls.callFromCompatibilityMode(number), is: 4 << 16 | 17)
        let error = test.hypercalls.callFromCompatibilityMode(number, Nowhere.operation)
        test.expect(UInt64(bitPattern: error), equals: 0xFFFF_FFDA)
    }
    suite.test("32-bit caller: the upper halves of number and arguments are ignored") { test in
        let number = UInt64(HypercallNumber.xenVersion.rawValue) | 0xDEAD_0000_0000_0000
        let operation = UInt64(XenVersionOperation.pageSize.rawValue) | 0xBEEF_0000_0000
        test.expect(test.hypercalls.callFromCompatibilityMode(number, operation, 0xF00_0000_0000), is: 4096)
        var call = XenVersionOperation.Features(submap: 0)
        let hypercalls = test.hypercalls
        let result = Memory.withAddress(of: &call) { address in
            let operation = UInt64(XenVersionOperation.getFeatures.rawValue)
            return hypercalls.callFromCompatibilityMode(number, operation, address | 0x7777_0000_0000)
        }
        test.expect(result, is: 0)
        test.expect(call.features != 0)
    }
    suite.test("32-bit caller: a number that does not exist gives ENOSYS") { test in
        let result = test.hypercalls.callFromCompatibilityMode(11)
        test.expect(Int64(Int32(truncatingIfNeeded: result)), fails: .notImplemented)
    }
    suite.test("32-bit caller: the 64-bit caller's registers mean nothing") { test in
        let number = UInt64(HypercallNumber.eventChannelOperation.rawValue)
        let result = test.hypercalls.callFromCompatibilityMode(number, Nowhere.operation, 0, 0, 4)
        test.expect(Int64(Int32(truncatingIfNeeded: result)), fails: .notImplemented)
    }
    compatibilityEvents(&suite)
    compatibilityMemory(&suite)
    compatibilityTime(&suite)
}

private func compatibilityEvents(_ suite: inout Suite) {
    suite.test("32-bit caller: event_channel_op makes, tells and closes ports") { test in
        var call = EventChannelOperation.AllocateUnbound(domain: .caller, remoteDomain: .caller)
        test.expect(test.compat(.eventChannelOperation, EventChannelOperation.allocateUnbound.rawValue, &call), is: 0)
        var status = EventChannelOperation.Status(domain: .caller, port: call.port)
        test.expect(test.compat(.eventChannelOperation, EventChannelOperation.status.rawValue, &status), is: 0)
        test.expect(status.state, equals: EventChannelState.unbound.rawValue)
        var close = EventChannelOperation.Close(port: call.port)
        test.expect(test.compat(.eventChannelOperation, EventChannelOperation.close.rawValue, &close), is: 0)
        let again = test.compat(.eventChannelOperation, EventChannelOperation.close.rawValue, &close)
        test.expect(again, fails: .invalidArgument)
    }
    suite.test("32-bit caller: sched_op poll has its own layout") { test in
        test.withIPI { test, port in
            test.withPage { test, page in
                Memory.store32(port.rawValue, at: page)
                let due = test.guest.now &+ 2_000_000
                var call = SchedulerOperation.Poll(ports: page, portCount: 1, timeout: due).compat
                test.expect(test.compat(.schedulerOperation, SchedulerOperation.poll.rawValue, &call), is: 0)
                test.expectReached(due)
            }
        }
    }
    suite.test("32-bit caller: hvm_op reads a parameter") { test in
        var call = HVMOperation.Parameter(domain: .caller, index: HVMParameter.xenstoreFrame.rawValue)
        test.expect(test.compat(.hvmOperation, HVMOperation.getParameter.rawValue, &call), is: 0)
        test.expect(test.hypercalls.parameter(.xenstoreFrame) == call.value)
    }
}

private func compatibilityMemory(_ suite: inout Suite) {
    suite.test("32-bit caller: memory_op add_to_physmap has its own layout") { test in
        test.withPage { test, page in
            let home = test.guest.sharedInfo.address
            var call = MemoryOperation.AddToPhysicalMap(
                domain: .caller, space: PhysicalMapSpace.sharedInfo.rawValue, index: 0, guestFrame: page >> 12
            ).compat
            test.expect(test.compat(.memoryOperation, MemoryOperation.addToPhysicalMap.rawValue, &call), is: 0)
            test.expect(test.expectValue(Probe.load32(home)), equals: 0xFFFF_FFFF)
            call.guestFrame = UInt32(home >> 12)
            test.expect(test.compat(.memoryOperation, MemoryOperation.addToPhysicalMap.rawValue, &call), is: 0)
            test.expectPopulated(page)
        }
    }
    suite.test("32-bit caller: memory_op memory_map has its own layout") { test in
        test.withPage { test, page in
            var call = MemoryOperation.MemoryMap(entryCount: 128, buffer: page).compat
            test.expect(test.compat(.memoryOperation, MemoryOperation.memoryMap.rawValue, &call), is: 0)
            test.expect(call.entryCount, equals: test.guest.startInfo.memoryMapCount)
            test.expect(Memory.load(page, as: MemoryMapRange.self).kind, equals: MemoryMapKind.ram.rawValue)
        }
    }
    suite.test("32-bit caller: memory_op takes lists of 32-bit frames") { test in
        test.withPage { test, page in
            test.withPage { test, list in
                Memory.store64(0xFFFF_FFFF_0000_0000 | page >> 12, at: list)
                var call = MemoryOperation.Reservation(extentStart: list, extentCount: 1, domain: .caller).compat
                let decrease = MemoryOperation.decreaseReservation.rawValue
                test.expect(test.compat(.memoryOperation, decrease, &call), is: 1)
                test.expect(test.expectValue(Probe.load32(page)), equals: 0xFFFF_FFFF)
                let populate = MemoryOperation.populatePhysicalMap.rawValue
                test.expect(test.compat(.memoryOperation, populate, &call), is: 1)
                Memory.store32(1, at: page)
                test.expect(Memory.load32(page), equals: 1)
            }
        }
    }
    suite.test("32-bit caller: xen_version platform_parameters is one 32-bit word") { test in
        test.withPage { test, page in
            Memory.fill(page, count: 16, with: 0xA5)
            let number = UInt64(HypercallNumber.xenVersion.rawValue)
            let operation = UInt64(XenVersionOperation.platformParameters.rawValue)
            test.expect(test.hypercalls.callFromCompatibilityMode(number, operation, page), is: 0)
            test.expect(Memory.isFilled(page &+ 4, count: 12, with: 0xA5))
        }
    }
}

private func compatibilityTime(_ suite: inout Suite) {
    suite.test("32-bit caller: vcpu_op set_singleshot_timer takes 12 bytes") { test in
        let port = test.bind(.timer)
        let due = test.guest.now &+ 1_000_000
        var call = VCPUOperation.SetSingleshotTimer(timeout: due).compat
        test.expect(test.compatVCPU(.setSingleshotTimer, &call), is: 0)
        test.waitForTimer(port)
        test.expectReached(due)
        test.release(port)
    }
    suite.test("32-bit caller: set_timer_op takes the time in two halves") { test in
        let port = test.bind(.timer)
        let due = PackedUInt64(test.guest.now &+ 1_000_000)
        let number = UInt64(HypercallNumber.setTimerOperation.rawValue)
        let result = test.hypercalls.callFromCompatibilityMode(number, UInt64(due.low), UInt64(due.high))
        test.expect(result, is: 0)
        test.waitForTimer(port)
        test.expectReached(due.value)
        test.release(port)
    }
    suite.test("32-bit caller: vcpu_op get_runstate_info writes 44 bytes") { test in
        test.withPage { test, page in
            Memory.fill(page, count: 64, with: 0xA5)
            let number = UInt64(HypercallNumber.vcpuOperation.rawValue)
            let operation = UInt64(VCPUOperation.getRunstateInfo.rawValue)
            test.expect(test.hypercalls.callFromCompatibilityMode(number, operation, 0, page), is: 0)
            let info = RunstateInfo(Memory.load(page, as: RunstateInfo.Compat.self))
            test.expect(info.state, equals: Runstate.running.rawValue)
            test.expect(info.entryTime <= test.guest.now)
            test.expect(Memory.isFilled(page &+ 44, count: 20, with: 0xA5))
        }
    }
}

extension Test {
    fileprivate func compat<Argument: GuestLayout>(
        _ number: HypercallNumber, _ operation: UInt32, _ argument: inout Argument
    ) -> Int64 {
        hypercalls.callFromCompatibilityMode(number, operation, &argument)
    }

    fileprivate func compatVCPU<Argument: GuestLayout>(
        _ operation: VCPUOperation, _ argument: inout Argument
    ) -> Int64 {
        Memory.withAddress(of: &argument) { address in
            let number = UInt64(HypercallNumber.vcpuOperation.rawValue)
            let result = hypercalls.callFromCompatibilityMode(number, UInt64(operation.rawValue), 0, address)
            return Int64(Int32(truncatingIfNeeded: result))
        }
    }

    /// Waits for the timer's event, two seconds at most, and expects it.
    fileprivate mutating func waitForTimer(_ port: EventChannelPort, line: UInt = #line) {
        let end = guest.now &+ 2_000_000_000
        while !guest.sharedInfo.isPending(port), guest.now < end { hypercalls.yield() }
        expect(guest.sharedInfo.isPending(port), line: line)
    }
}
