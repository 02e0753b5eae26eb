// SPDX-License-Identifier: MIT
import GuestKit
import XenInterface

/// `vcpu_op`: which virtual CPU, before anything else.
func vcpuArguments(_ suite: inout Suite) {
    suite.test("vcpu_op: each operation needs a vCPU that exists, else ENOENT, wherever its argument lies") { test in
        for operation in 0..<14 as Range<UInt64> {
            let result = test.hypercalls.call(.vcpuOperation, operation, Nowhere.vcpu, Nowhere.linearAddress)
            test.expect(result, fails: .noSuchEntry)
        }
    }
    suite.test("vcpu_op: an operation that does not exist gives ENOENT for a vCPU that does not") { test in
        test.expect(test.hypercalls.call(.vcpuOperation, Nowhere.operation, Nowhere.vcpu), fails: .noSuchEntry)
    }
    suite.test("vcpu_op initialise: a vCPU that runs has its registers, EEXIST") { test in
        var context = VCPUContext()
        test.expect(test.hypercalls.vcpu(.initialize, 0, &context), fails: .alreadyExists)
    }
    suite.test("vcpu_op get_physid: of one that is not pinned EINVAL") { test in
        var buffer: UInt64 = 0
        let hypercalls = test.hypercalls
        let result = Memory.withAddress(of: &buffer) {
            hypercalls.call(.vcpuOperation, UInt64(VCPUOperation.getPhysicalIdentifier.rawValue), 0, $0)
        }
        test.expect(result, fails: .invalidArgument)
    }
    suite.test("vcpu_op set_periodic_timer: raises the timer's event again and again until it is stopped") { test in
        let port = test.bind(.timer)
        var call = VCPUOperation.SetPeriodicTimer(period: 2_000_000)
        test.expect(test.hypercalls.vcpu(.setPeriodicTimer, 0, &call), is: 0)
        for _ in 0..<3 {
            test.expect(test.poll(port.rawValue, timeout: test.guest.now &+ 2_000_000_000), is: 0)
            test.expect(test.guest.sharedInfo.isPending(port))
            test.guest.sharedInfo.clearPending(port)
        }
        test.expect(test.hypercalls.vcpu(.stopPeriodicTimer, 0), is: 0)
        test.guest.sharedInfo.clearPending(port)
        test.sleep(until: test.guest.now &+ 10_000_000)
        test.expect(!test.guest.sharedInfo.isPending(port))
        test.release(port)
    }
    suite.test("vcpu_op stop_periodic_timer: without one there is nothing to stop, 0") { test in
        test.expect(test.hypercalls.vcpu(.stopPeriodicTimer, 0), is: 0)
        test.expect(test.hypercalls.vcpu(.stopPeriodicTimer, 0), is: 0)
    }
}
