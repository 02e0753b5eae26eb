// SPDX-License-Identifier: MIT
import Architecture
import GuestKit
import XenInterface

/// `vcpu_op`, but for the timer.
func vcpuOperation(_ suite: inout Suite) {
    suite.test("vcpu_op is_up: 1 for the running vCPU") { test in
        test.expect(test.hypercalls.vcpu(.isUp, 0), is: 1)
    }
    suite.test("vcpu_op: a vCPU that does not exist gives ENOENT") { test in
        for operation in Few<5, VCPUOperation>([.up, .down, .isUp, .getRunstateInfo, .sendNMI]) {
            test.expect(test.hypercalls.vcpu(operation, Nowhere.vcpu), fails: .noSuchEntry)
        }
        test.expect(test.hypercalls.vcpu(.isUp, UInt64(UInt32.max)), fails: .noSuchEntry)
    }
    suite.test("vcpu_op: an operation that does not exist gives ENOSYS") { test in
        test.expect(test.hypercalls.call(.vcpuOperation, Nowhere.operation, 0), fails: .notImplemented)
    }
    suite.test("vcpu_op up: a vCPU that is up stays so") { test in
        test.expect(test.hypercalls.vcpu(.up, 0), is: 0)
    }
    suite.test("vcpu_op send_nmi: raises an NMI, interrupts on or off") { test in
        let vector = Exception.nonMaskableInterrupt.rawValue
        let count = Interrupts.count(vector)
        test.expect(test.hypercalls.vcpu(.sendNMI, 0), is: 0)
        test.hypercalls.yield()
        test.expect(Interrupts.count(vector), equals: count + 1)
    }
    suite.test("vcpu_op: arguments that are not mapped give EFAULT") { test in
        for operation in Few<5, VCPUOperation>([
            .registerRunstateArea, .setPeriodicTimer, .setSingleshotTimer, .registerVCPUInfo, .registerVCPUTimeArea,
        ]) {
            let result = test.hypercalls.call(
                .vcpuOperation, UInt64(operation.rawValue), 0, Nowhere.linearAddress)
            test.expect(result, fails: .badAddress)
        }
    }
    runstate(&suite)
    timeArea(&suite)
    vcpuInfo(&suite)
}

private func runstate(_ suite: inout Suite) {
    suite.test("vcpu_op get_runstate_info: the vCPU that asks is running") { test in
        var info = RunstateInfo()
        test.expect(test.hypercalls.vcpu(.getRunstateInfo, 0, &info), is: 0)
        test.expect(info.state, equals: Runstate.running.rawValue)
        test.expect(info.entryTime <= test.guest.now)
    }
    suite.test("vcpu_op get_runstate_info: time spent running grows") { test in
        var (before, after) = (RunstateInfo(), RunstateInfo())
        test.expect(test.hypercalls.vcpu(.getRunstateInfo, 0, &before), is: 0)
        let end = test.guest.now &+ 5_000_000
        while test.guest.now < end {}
        test.expect(test.hypercalls.vcpu(.getRunstateInfo, 0, &after), is: 0)
        test.expect(after.runningTime > before.runningTime)
    }
    suite.test("vcpu_op get_runstate_info: sleeping counts as blocked") { test in
        var (before, after) = (RunstateInfo(), RunstateInfo())
        test.expect(test.hypercalls.vcpu(.getRunstateInfo, 0, &before), is: 0)
        after = before
        // Where the host is busy, the time may be over before the guest sleeps: it tries again.
        for _ in 0..<50 where after.blockedTime &- before.blockedTime <= 1_000_000 {
            test.sleep(until: test.guest.now &+ 3_000_000)
            test.expect(test.hypercalls.vcpu(.getRunstateInfo, 0, &after), is: 0)
        }
        test.expect(after.blockedTime &- before.blockedTime > 1_000_000)
    }
    suite.test("vcpu_op get_runstate_info: a buffer that is not mapped gives EFAULT") { test in
        let operation = UInt64(VCPUOperation.getRunstateInfo.rawValue)
        test.expect(test.hypercalls.call(.vcpuOperation, operation, 0, Nowhere.linearAddress), fails: .badAddress)
    }
    suite.test("vcpu_op register_runstate_memory_area: is written at once") { test in
        test.withPage { test, page in
            Memory.fill(page, count: 64, with: 0xA5)
            var call = VCPUOperation.RegisterArea(address: page)
            test.expect(test.hypercalls.vcpu(.registerRunstateArea, 0, &call), is: 0)
            let info = Memory.load(page, as: RunstateInfo.self)
            test.expect(info.state, equals: Runstate.running.rawValue)
            test.expect(info.entryTime <= test.guest.now)
            test.expect(Memory.isFilled(page &+ 48, count: 16, with: 0xA5))
            call.address = 0
            test.expect(test.hypercalls.vcpu(.registerRunstateArea, 0, &call), is: 0)
        }
    }
}

private func timeArea(_ suite: inout Suite) {
    suite.test("vcpu_op: areas at addresses that lead nowhere are no error, and nothing is written") { test in
        var call = VCPUOperation.RegisterArea(address: Nowhere.linearAddress)
        test.expect(test.hypercalls.vcpu(.registerRunstateArea, 0, &call), is: 0)
        test.expect(test.hypercalls.vcpu(.registerVCPUTimeArea, 0, &call), is: 0)
        call.address = 0
        test.expect(test.hypercalls.vcpu(.registerRunstateArea, 0, &call), is: 0)
        test.expect(test.hypercalls.vcpu(.registerVCPUTimeArea, 0, &call), is: 0)
    }
    suite.test("vcpu_op register_vcpu_time_memory_area: holds the same clock") { test in
        test.withPage { test, page in
            var call = VCPUOperation.RegisterArea(address: page)
            test.expect(test.hypercalls.vcpu(.registerVCPUTimeArea, 0, &call), is: 0)
            let time = Memory.load(page, as: VCPUTimeInfo.self)
            test.expect(time.version & 1, equals: 0)
            test.expect(time.tscToSystemMultiplier, equals: test.guest.vcpuInfo.time.tscToSystemMultiplier)
            test.expect(time.now <= test.guest.now &+ 1_000_000)
            call.address = 0
            test.expect(test.hypercalls.vcpu(.registerVCPUTimeArea, 0, &call), is: 0)
        }
    }
}

/// These come last: the vCPU's information moves only once, and never back.
private func vcpuInfo(_ suite: inout Suite) {
    suite.test("vcpu_op register_vcpu_info: must be aligned and not cross the end of a page, else ENXIO") { test in
        test.withPage { test, page in
            test.expect(test.registerVCPUInfo(page, offset: 4), fails: .noSuchDeviceOrAddress)
            test.expect(test.registerVCPUInfo(page, offset: 4096 - 56), fails: .noSuchDeviceOrAddress)
            test.expect(test.registerVCPUInfo(page, offset: 0xFFFF_FFF8), fails: .noSuchDeviceOrAddress)
        }
    }
    suite.test("vcpu_op register_vcpu_info: a frame without memory gives EINVAL") { test in
        test.expect(test.registerVCPUInfo(Nowhere.physicalAddress, offset: 0), fails: .invalidArgument)
    }
    suite.test("vcpu_op register_vcpu_info: moves the clock and what is pending") { test in
        guard let page = test.guest.pages.allocate() else { return test.expect(false) }
        test.expect(test.registerVCPUInfo(page, offset: 128), is: 0)
        test.guest.vcpuInfo = VCPUInfo(at: page &+ 128)
        test.expect(test.guest.vcpuInfo.time.tscToSystemMultiplier != 0)
        test.expect(test.guest.vcpuInfo.isUpcallPending)
        test.expect(test.guest.vcpuInfo.pendingSelector, equals: UInt64.max)
        test.guest.vcpuInfo.clear()
    }
    suite.test("vcpu_op register_vcpu_info: events are told in the new place only") { test in
        let old = VCPUInfo(at: test.guest.sharedInfo.field(0))
        old.clear()
        test.withIPI { test, port in
            test.guest.sharedInfo.unmask(port)
            test.hypercalls.send(port)
            test.expect(test.guest.vcpuInfo.isUpcallPending)
            test.expect(!old.isUpcallPending)
        }
    }
    suite.test("vcpu_op register_vcpu_info: a second time gives EINVAL") { test in
        test.withPage { test, page in
            test.expect(test.registerVCPUInfo(page, offset: 0), fails: .invalidArgument)
        }
    }
}

extension Test {
    fileprivate func registerVCPUInfo(_ page: UInt64, offset: UInt32) -> Int64 {
        var call = VCPUOperation.RegisterVCPUInfo(guestFrame: page >> 12, offset: offset)
        return hypercalls.vcpu(.registerVCPUInfo, 0, &call)
    }
}
