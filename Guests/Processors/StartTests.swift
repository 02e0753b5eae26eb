// SPDX-License-Identifier: MIT
import Architecture
import GuestKit
import Instructions
import XenInterface

/// The two ways in which a vCPU starts.
func starting(_ suite: inout Suite) {
    suite.test("vCPUs: there are several, and only the first is up") { test in
        test.expect(test.workerCount >= 1)
        test.expect(test.hypercalls.vcpu(.isUp, 0), is: 1)
        for number in 1..<test.workerCount + 1 { test.expect(test.hypercalls.vcpu(.isUp, number), is: 0) }
    }
    suite.test("vcpu_op up: a vCPU that was given no registers gives EINVAL") { test in
        test.expect(test.hypercalls.vcpu(.up, 1), fails: .invalidArgument)
    }
    suite.test("vcpu_op initialise, up: every other one starts, in 64-bit mode") { test in
        for number in stride(from: 1 as UInt64, to: test.workerCount + 1, by: 2) {
            test.expect(test.initialize(number), is: 0)
            test.expect(test.initialize(number), fails: .alreadyExists)
            test.expect(test.hypercalls.vcpu(.isUp, number), is: 0)
            test.expect(test.hypercalls.vcpu(.up, number), is: 0)
            test.expect(test.waits { Worker(number).startCount == 1 })
            test.expect(test.hypercalls.vcpu(.isUp, number), is: 1)
        }
    }
    suite.test("INIT and start-up messages: the others start, in real mode") { test in
        let page: UInt64 = 0x8
        for offset in 0..<guest_trampoline_size() {
            Memory.store8(Memory.load8(guest_trampoline_address() &+ offset), at: page << 12 &+ offset)
        }
        for number in stride(from: 2 as UInt64, to: test.workerCount + 1, by: 2) {
            test.start(number, page: page)
            test.expect(test.waits { Worker(number).startCount == 1 })
            test.expect(test.hypercalls.vcpu(.isUp, number), is: 1)
        }
    }
    suite.test("INIT and start-up messages: one that runs is reset, and starts anew") { test in
        test.expect(test.waits { Worker(1).isDone })
        Worker(1).begin(.run)
        test.expect(test.waits { Worker(1).result > 0 })
        test.start(1, page: 0x8)
        test.expect(test.waits { Worker(1).startCount == 2 })
        test.expect(test.stopAll())
    }
    runningOn(&suite)
}

/// What does not stop a vCPU, and what does.
private func runningOn(_ suite: inout Suite) {
    suite.test("start-up message: one that runs ignores it") { test in
        test.expectRunningOn { test in test.send(1, 6 << 8 | 1 << 14 | 0x8) }
    }
    suite.test("INIT: level-triggered and not asserted, it does nothing") { test in
        test.expectRunningOn { test in test.send(1, 5 << 8 | 1 << 15) }
    }
    suite.test("INIT: a vCPU is down, without registers, until a start-up message comes") { test in
        Worker(1).begin(.run)
        test.expect(test.waits { Worker(1).result > 0 })
        test.send(1, 5 << 8 | 1 << 14)
        test.expect(test.waits { test.hypercalls.vcpu(.isUp, 1) == 0 })
        test.expect(test.hypercalls.vcpu(.up, 1), fails: .invalidArgument)
        test.send(1, 6 << 8 | 1 << 14 | 0x8)
        test.expect(test.waits { Worker(1).startCount == 3 })
        test.expect(test.stopAll())
    }
}

extension Test {
    /// Expects that a message does not disturb the second vCPU while it computes.
    fileprivate mutating func expectRunningOn(line: UInt = #line, _ send: (inout Test) -> Void) {
        Worker(1).begin(.run)
        expect(waits { Worker(1).result > 0 }, line: line)
        let count = Worker(1).startCount
        send(&self)
        for _ in 0..<100 { hypercalls.yield() }
        expect(hypercalls.vcpu(.isUp, 1), is: 1, line: line)
        let result = Worker(1).result
        expect(waits { Worker(1).result > result }, line: line)
        expect(Worker(1).startCount, equals: count, line: line)
        expect(stopAll(), line: line)
    }

    /// Sends a message to a vCPU.
    fileprivate mutating func send(_ number: UInt64, _ message: UInt64, line: UInt = #line) {
        expect(Probe.writeMSR(LocalAPICRegister.command, number << 33 | message) == nil, line: line)
    }

    /// `VCPUOP_initialise`, to start in 64-bit mode on our page tables.
    fileprivate func initialize(_ number: UInt64) -> Int64 {
        var context = Context64()
        context.registers.rip = guest_processor_start_address()
        context.registers.rflags = 2
        context.registers.cr0 = 1 << 31 | 1 << 16 | 1
        context.registers.cr3 = guest_page_tables_address()
        context.registers.cr4 = 1 << 5
        context.registers.efer = 1 << 8 | 1 << 10
        return hypercalls.vcpu(.initialize, number, &context)
    }

    /// INIT, and two start-up messages, of which the second is ignored. The local APIC's number is twice the vCPU's.
    fileprivate mutating func start(_ number: UInt64, page: UInt64) {
        send(number, 5 << 8 | 1 << 14)
        for _ in 0..<2 { send(number, 6 << 8 | 1 << 14 | page) }
    }
}

/// `struct vcpu_hvm_context` with 64-bit registers.
private struct Context64: GuestStructure {
    var header = VCPUContext(mode: 1)
    var registers = VCPUContext64()
}
