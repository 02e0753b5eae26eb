// SPDX-License-Identifier: MIT
import GuestKit
import XenInterface

/// A domain with two virtual CPUs: what `vcpu_op` and event channels say of the second. The assembly calls it.
@c(guest_main)
public func virtualCPUs(_ startInfo: UInt64) {
    let suite = Suite.run(in: Guest(startInfo: startInfo)) { suite in
        beforeStart(&suite)
        initialization(&suite)
        running(&suite)
        events(&suite)
        stopping(&suite)
    }
    suite.guest.hypercalls.shutDown(.powerOff)
}

/// What the second virtual CPU does: it counts in the first word of a page until it is taken down. Interrupts are on: Bochs' VMX lets no
/// physical interrupt end the run of a guest that has them off, and the first one would not get its turn.
private func count(_ page: UInt64) {
    Processor.enableInterrupts()
    while true { Memory.store64(Memory.load64(page) &+ 1, at: page) }
}

extension Test {
    /// Starts the second virtual CPU's counting in a page.
    fileprivate func initialize(counting page: UInt64, stack: UInt64) -> Int64 {
        SecondaryVCPU.initialize(1, argument: page, stack: stack, hypercalls) { count($0) }
    }

    /// Waits until a word is another than before, a minute at most, and expects it.
    fileprivate mutating func expectCounting(_ page: UInt64, line: UInt = #line) {
        let before = Memory.load64(page)
        let end = guest.now &+ 60_000_000_000
        while Memory.load64(page) == before, guest.now < end { hypercalls.yield() }
        expect(Memory.load64(page) != before, line: line)
    }
}

/// Where the second virtual CPU counts: memory that is moved there.
private enum Place {
    static var counter: UInt64 { 0xF050_0000 }
}

private func beforeStart(_ suite: inout Suite) {
    suite.test("second vCPU, is_up: 0 before it is started") { test in
        test.expect(test.hypercalls.vcpu(.isUp, 1), is: 0)
        test.expect(test.hypercalls.vcpu(.isUp, 2), fails: .noSuchEntry)
    }
    suite.test("second vCPU, up: without registers it does not start, EINVAL") { test in
        test.expect(test.hypercalls.vcpu(.up, 1), fails: .invalidArgument)
    }
    suite.test("second vCPU, get_runstate_info: it is offline") { test in
        var info = RunstateInfo()
        test.expect(test.hypercalls.vcpu(.getRunstateInfo, 1, &info), is: 0)
        test.expect(info.state, equals: Runstate.offline.rawValue)
    }
    suite.test("second vCPU, timers: the one-shot timer is the caller's own, EINVAL") { test in
        var call = VCPUOperation.SetSingleshotTimer(timeout: 1)
        test.expect(test.hypercalls.vcpu(.setSingleshotTimer, 1, &call), fails: .invalidArgument)
        test.expect(test.hypercalls.vcpu(.stopSingleshotTimer, 1), fails: .invalidArgument)
    }
}

private func initialization(_ suite: inout Suite) {
    suite.test("second vCPU, initialise: a structure that is not mapped gives EFAULT") { test in
        let operation = UInt64(VCPUOperation.initialize.rawValue)
        test.expect(test.hypercalls.call(.vcpuOperation, operation, 1, Nowhere.linearAddress), fails: .badAddress)
    }
    suite.test("second vCPU, initialise: padding, modes and states that cannot be give EINVAL") { test in
        test.withPage { test, page in
            var header = VCPUContext()
            (header.mode, header.padding) = (1, 1)
            test.expect(test.initialize(header, VCPUContext64(), in: page), fails: .invalidArgument)
            (header.mode, header.padding) = (2, 0)
            test.expect(test.initialize(header, VCPUContext64(), in: page), fails: .invalidArgument)
            header.mode = 1
            test.expect(test.initialize(header, VCPUContext64(), in: page), fails: .invalidArgument)
            header.mode = 0
            test.expect(test.initialize(header, VCPUContext32(), in: page), fails: .invalidArgument)
        }
        test.expect(test.hypercalls.vcpu(.up, 1), fails: .invalidArgument)
    }
    suite.test("second vCPU, initialise: bits of CR4 and EFER that are not the guest's give EINVAL") { test in
        test.withPage { test, page in
            let header = VCPUContext(mode: 1)
            var registers = VCPUContext64()
            (registers.cr0, registers.cr4, registers.efer) = (0x8000_0011, 1 << 5, 1 << 8 | 1 << 10)
            for bit in Few<3, UInt64>([13, 14, 31]) {
                registers.cr4 = 1 << 5 | 1 << bit
                test.expect(test.initialize(header, registers, in: page), fails: .invalidArgument)
            }
            registers.cr4 = 1 << 5
            for bit in Few<3, UInt64>([1, 12, 63]) {
                registers.efer = 1 << 8 | 1 << 10 | 1 << bit
                test.expect(test.initialize(header, registers, in: page), fails: .invalidArgument)
            }
        }
        test.expect(test.hypercalls.vcpu(.up, 1), fails: .invalidArgument)
    }
    suite.test("second vCPU, initialise: it has its registers then and stays down; a second time gives EEXIST") {
        test in
        guard let page = test.guest.pages.allocate(), let stack = test.guest.pages.allocate() else {
            return test.expect(false)
        }
        test.expect(test.hypercalls.addToPhysicalMap(.guestFrame, index: page >> 12, at: Place.counter), is: 0)
        test.expect(test.initialize(counting: Place.counter, stack: stack &+ 4096), is: 0)
        test.expect(test.hypercalls.vcpu(.isUp, 1), is: 0)
        test.expect(test.initialize(counting: Place.counter, stack: stack &+ 4096), fails: .alreadyExists)
        test.expect(Memory.load64(Place.counter), equals: 0)
    }
}

private func running(_ suite: inout Suite) {
    suite.test("second vCPU, up: it runs beside the first") { test in
        test.expect(test.hypercalls.vcpu(.up, 1), is: 0)
        test.expect(test.hypercalls.vcpu(.isUp, 1), is: 1)
        test.expectCounting(Place.counter)
    }
    suite.test("second vCPU, up: one that is up stays so, 0") { test in
        test.expect(test.hypercalls.vcpu(.up, 1), is: 0)
        test.expectCounting(Place.counter)
    }
    suite.test("second vCPU, get_runstate_info: it has been running, and time goes on") { test in
        test.expectCounting(Place.counter)
        var info = RunstateInfo()
        test.expect(test.hypercalls.vcpu(.getRunstateInfo, 1, &info), is: 0)
        test.expect(info.state != Runstate.offline.rawValue)
        test.expect(info.runningTime > 0)
    }
    suite.test("second vCPU, register_vcpu_info: not by another one while it is up, EINVAL") { test in
        test.withPage { test, page in
            var call = VCPUOperation.RegisterVCPUInfo(guestFrame: page >> 12, offset: 0)
            test.expect(test.hypercalls.vcpu(.registerVCPUInfo, 1, &call), fails: .invalidArgument)
        }
    }
}

private func events(_ suite: inout Suite) {
    suite.test("second vCPU, bind_ipi: its upcall flag is set, not the first one's") { test in
        let second = VCPUInfo(at: test.guest.sharedInfo.field(64))
        var call = EventChannelOperation.BindIPI(vcpu: 1)
        test.expect(test.hypercalls.eventChannel(.bindIPI, &call), is: 0)
        test.guest.vcpuInfo.clear()
        second.clear()
        test.guest.sharedInfo.unmask(call.port)
        test.expect(test.hypercalls.send(call.port), is: 0)
        test.expect(second.isUpcallPending)
        test.expect(!test.guest.vcpuInfo.isUpcallPending)
        test.expect(test.hypercalls.close(call.port), is: 0)
        test.guest.sharedInfo.mask(call.port)
        second.clear()
    }
    suite.test("second vCPU, bind_vcpu: a port moves to it, and back") { test in
        test.withConnectedPorts { test, first, other in
            let second = VCPUInfo(at: test.guest.sharedInfo.field(64))
            test.guest.sharedInfo.unmask(other)
            for vcpu in Few<2, UInt32>([1, 0]) {
                var move = EventChannelOperation.BindVCPU(port: other, vcpu: vcpu)
                test.expect(test.hypercalls.eventChannel(.bindVCPU, &move), is: 0)
                test.guest.vcpuInfo.clear()
                second.clear()
                test.guest.sharedInfo.clearPending(other)
                test.expect(test.hypercalls.send(first), is: 0)
                test.expect(second.isUpcallPending == (vcpu == 1))
                test.expect(test.guest.vcpuInfo.isUpcallPending == (vcpu == 0))
            }
            second.clear()
        }
    }
    suite.test("second vCPU, bind_virq: its timer and debug interrupt are its own; those of the domain are the first's")
    { test in
        for number in Few<2, VirtualInterrupt>([.timer, .debug]) {
            var call = EventChannelOperation.BindVIRQ(virtualInterrupt: number.rawValue, vcpu: 1)
            test.expect(test.hypercalls.eventChannel(.bindVIRQ, &call), is: 0)
            var again = EventChannelOperation.BindVIRQ(virtualInterrupt: number.rawValue, vcpu: 1)
            test.expect(test.hypercalls.eventChannel(.bindVIRQ, &again), fails: .alreadyExists)
            var first = EventChannelOperation.BindVIRQ(virtualInterrupt: number.rawValue, vcpu: 0)
            test.expect(test.hypercalls.eventChannel(.bindVIRQ, &first), is: 0)
            test.expect(test.hypercalls.close(first.port), is: 0)
            test.expect(test.hypercalls.close(call.port), is: 0)
        }
        var call = EventChannelOperation.BindVIRQ(virtualInterrupt: 2, vcpu: 1)
        test.expect(test.hypercalls.eventChannel(.bindVIRQ, &call), fails: .invalidArgument)
    }
}

private func stopping(_ suite: inout Suite) {
    suite.test("second vCPU, down: it stands still, and the domain goes on") { test in
        test.expect(test.hypercalls.vcpu(.down, 1), is: 0)
        test.expect(test.hypercalls.vcpu(.isUp, 1), is: 0)
        let end = test.guest.now &+ 50_000_000
        while test.guest.now < end { test.hypercalls.yield() }
        let count = Memory.load64(Place.counter)
        let later = test.guest.now &+ 50_000_000
        while test.guest.now < later { test.hypercalls.yield() }
        test.expect(Memory.load64(Place.counter), equals: count)
    }
    suite.test("second vCPU, register_vcpu_info: by the first one while it is down") { test in
        guard let page = test.guest.pages.allocate() else { return test.expect(false) }
        var call = VCPUOperation.RegisterVCPUInfo(guestFrame: page >> 12, offset: 256)
        test.expect(test.hypercalls.vcpu(.registerVCPUInfo, 1, &call), is: 0)
        test.expect(VCPUInfo(at: page &+ 256).time.tscToSystemMultiplier != 0)
        test.expect(test.hypercalls.vcpu(.registerVCPUInfo, 1, &call), fails: .invalidArgument)
    }
    suite.test("second vCPU, up: after down it goes on where it was") { test in
        let count = Memory.load64(Place.counter)
        test.expect(test.hypercalls.vcpu(.up, 1), is: 0)
        test.expectCounting(Place.counter)
        test.expect(Memory.load64(Place.counter) > count)
        test.expect(test.hypercalls.vcpu(.down, 1), is: 0)
    }
}

/// Addresses that lead nowhere.
private enum Nowhere {
    /// A linear address that the guest's page tables do not map: they end at 4 GiB.
    static var linearAddress: UInt64 { 0x1_0000_0000 }
}

extension Test {
    /// `vcpu_op` initialise with a header and registers that are put into a page.
    fileprivate func initialize<Registers: BitwiseCopyable>(
        _ header: VCPUContext, _ registers: Registers, in page: UInt64
    ) -> Int64 {
        Memory.store(header, at: page)
        Memory.store(registers, at: page &+ UInt64(MemoryLayout<VCPUContext>.size))
        return hypercalls.call(.vcpuOperation, UInt64(VCPUOperation.initialize.rawValue), 1, page)
    }
}
