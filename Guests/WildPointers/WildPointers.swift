// SPDX-License-Identifier: MIT
import GuestKit
import XenInterface

/// Makes hypercalls with pointers that lead nowhere and counts without bounds. Each must come back with an answer, and
/// the hypervisor must still be there afterwards. The assembly calls it.
@c(guest_main)
public func wildPointers(_ startInfo: UInt64) {
    let suite = Suite.run(in: Guest(startInfo: startInfo)) { suite in
        everyOperation(&suite)
        nestedPointers(&suite)
        hugeCounts(&suite)
    }
    suite.guest.hypercalls.shutDown(.powerOff)
}

/// Pointers that are wild in different ways: not mapped, without memory, at the ends of the address space, not
/// canonical, at a device.
private var wild: Few<9, UInt64> {
    Few([
        0x1_0000_0000, 0xF000_0000, 0xFFFF_FFFC, 0xFFFF_FFFF_FFFF_FFFC, 0xFFFF_8000_0000_0000, 0x0000_7FFF_FFFF_FFFC,
        0x8000_0001_0000_0000, 0x00FF_FFFF_FFFF_F000, 0xFEE0_0000,
    ])
}

private func everyOperation(_ suite: inout Suite) {
    suite.test("wild pointers: event_channel_op, operations 0 to 13") { test in
        test.try(.eventChannelOperation, operations: 14)
    }
    suite.test("wild pointers: memory_op, operations 0 to 28") { test in test.try(.memoryOperation, operations: 29) }
    suite.test("wild pointers: hvm_op, operations 0 to 25") { test in test.try(.hvmOperation, operations: 26) }
    suite.test("wild pointers: xen_version, operations 0 to 10") { test in test.try(.xenVersion, operations: 11) }
    suite.test("wild pointers: grant_table_op, operations 0 to 12, one element and many") { test in
        for pointer in wild {
            for operation in 0..<13 as Range<UInt64> {
                test.answers(test.hypercalls.call(.grantTableOperation, operation, pointer, 1))
                test.answers(test.hypercalls.call(.grantTableOperation, operation, pointer, 0x7FFF_FFFF))
            }
        }
    }
    suite.test("wild pointers: vcpu_op, without those that stop the vCPU") { test in
        for pointer in wild {
            for operation in Few<9, UInt64>([0, 4, 5, 6, 8, 10, 12, 13, 14]) {
                test.answers(test.hypercalls.call(.vcpuOperation, operation, 0, pointer))
            }
        }
        var call = VCPUOperation.RegisterArea(address: 0)
        test.answers(test.hypercalls.vcpu(.registerRunstateArea, 0, &call))
        test.answers(test.hypercalls.vcpu(.registerVCPUTimeArea, 0, &call))
    }
    suite.test("wild pointers: console_io, multicall, and the control domain's calls") { test in
        for pointer in wild {
            test.answers(test.hypercalls.call(.consoleIO, 0, 16, pointer))
            test.answers(test.hypercalls.call(.consoleIO, 1, 16, pointer))
            test.answers(test.hypercalls.call(.multicall, pointer, 16))
            for number in Few<5, HypercallNumber>([
                .platformOperation, .systemControl, .domainControl, .hypervisorFileSystemOperation, .argoOperation,
            ]) {
                test.answers(test.hypercalls.call(number, pointer, pointer, pointer))
            }
        }
    }
}

/// Good structures that hold wild pointers.
private func nestedPointers(_ suite: inout Suite) {
    suite.test("wild pointers: in memory_op's lists and buffers") { test in
        for pointer in wild {
            var map = MemoryOperation.MemoryMap(entryCount: 128, buffer: pointer)
            test.answers(test.hypercalls.memory(.memoryMap, &map))
            var list = MemoryOperation.Reservation(extentStart: pointer, extentCount: 4, domain: .caller)
            test.answers(test.hypercalls.memory(.increaseReservation, &list))
            test.answers(test.hypercalls.memory(.populatePhysicalMap, &list))
            var page = MemoryOperation.AddToPhysicalMap(
                domain: .caller, space: PhysicalMapSpace.grantTable.rawValue, index: pointer, guestFrame: pointer)
            test.answers(test.hypercalls.memory(.addToPhysicalMap, &page))
        }
    }
    suite.test("wild pointers: in sched_op poll's list") { test in
        for pointer in wild {
            var call = SchedulerOperation.Poll(ports: pointer, portCount: 2, timeout: 1)
            test.answers(test.hypercalls.scheduler(.poll, &call))
        }
    }
    suite.test("wild pointers: as runstate and time areas") { test in
        for pointer in wild {
            var call = VCPUOperation.RegisterArea(address: pointer)
            test.answers(test.hypercalls.vcpu(.registerRunstateArea, 0, &call))
            test.answers(test.hypercalls.vcpu(.registerVCPUTimeArea, 0, &call))
            test.hypercalls.yield()
        }
        var call = VCPUOperation.RegisterArea(address: 0)
        test.expect(test.hypercalls.vcpu(.registerRunstateArea, 0, &call), is: 0)
    }
}

private func hugeCounts(_ suite: inout Suite) {
    suite.test("huge counts: reservations of all there is") { test in
        var call = MemoryOperation.Reservation(
            extentStart: 0xF000_0000, extentCount: UInt64.max >> 6, extentOrder: 63, domain: .caller)
        for operation in Few<3, MemoryOperation>([.increaseReservation, .decreaseReservation, .populatePhysicalMap]) {
            test.answers(test.hypercalls.memory(operation, &call))
            call.extentOrder = UInt32.max
            test.answers(test.hypercalls.memory(operation, &call))
        }
    }
    suite.test("huge counts: a console line of 2 GiB") { test in
        test.answers(test.hypercalls.call(.consoleIO, 0, 0x8000_0000, 0xF000_0000))
    }
    suite.test("huge counts: every port, vCPU and hypercall number there can be") { test in
        for bit in 0..<32 as Range<UInt32> {
            test.answers(test.hypercalls.close(EventChannelPort(rawValue: UInt32.max << bit)))
            test.answers(test.hypercalls.vcpu(.isUp, UInt64(UInt32.max << bit)))
            test.answers(test.hypercalls.call(64 + UInt64(UInt32.max << bit)))
        }
    }
    suite.test("afterwards: the hypervisor is still there") { test in
        test.expect(test.hypercalls.call(.xenVersion), is: 4 << 16 | 17)
    }
}

extension Test {
    /// Expects an answer of any kind: a count, or an error of Xen's.
    fileprivate mutating func answers(_ result: Int64, line: UInt = #line) {
        if result < 0, XenError(result: result) == nil { expect(result, is: 0, line: line) }
    }

    /// Makes every operation of a hypercall with every wild pointer.
    fileprivate mutating func `try`(_ number: HypercallNumber, operations: UInt64, line: UInt = #line) {
        for pointer in wild {
            for operation in 0..<operations {
                answers(hypercalls.call(number, operation, pointer), line: line)
            }
        }
    }
}
