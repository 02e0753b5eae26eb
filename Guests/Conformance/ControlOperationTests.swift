// SPDX-License-Identifier: MIT
import GuestKit
import XenInterface

/// Hypercalls that only the control domain may make, and those that no PVH domain has.
func controlOperations(_ suite: inout Suite) {
    suite.test("sysctl, domctl, platform_op: another version of the interface gives EACCES, the right one EPERM") {
        test in
        guard !test.guest.isControlDomain else { return test.skip("the control domain may do that") }
        test.withPage { test, page in
            for index in 0..<3 {
                let (number, version) = controlVersion(index)
                Memory.store32(63, at: page)
                Memory.store32(version, at: page &+ 4)
                test.expect(test.hypercalls.call(number, page), fails: .operationNotPermitted)
                Memory.store32(version &+ 1, at: page &+ 4)
                test.expect(test.hypercalls.call(number, page), fails: .permissionDenied)
                test.expect(test.hypercalls.call(number, Nowhere.linearAddress), fails: .badAddress)
            }
        }
    }
    suite.test("dm_op: no buffers give ENODATA, too many E2BIG, then the domain is looked at") { test in
        let me = UInt64(test.guest.identifier.rawValue)
        test.withPage { test, page in
            let calls = test.hypercalls
            test.expect(calls.call(.deviceModelOperation, me, 0, page), fails: .noData)
            test.expect(calls.call(.deviceModelOperation, me, 3, page), fails: .argumentListTooLong)
            test.expect(calls.call(.deviceModelOperation, me, 1, Nowhere.linearAddress), fails: .badAddress)
            test.expect(calls.call(.deviceModelOperation, me, 1, page), fails: .operationNotPermitted)
            test.expect(calls.call(.deviceModelOperation, 0x7FF0, 1, page), fails: .noSuchProcess)
            test.expect(
                calls.call(.deviceModelOperation, UInt64(Nowhere.domain.rawValue), 1, page), fails: .noSuchProcess)
            test.expect(calls.call(.deviceModelOperation, 0, 1, page), fails: .invalidArgument)
        }
    }
    suite.test("mmuext_op: not for translated domains, whatever the operation") { test in
        test.withPage { test, page in
            let number = UInt64(HypercallNumber.mmuExtendedOperation.rawValue)
            let calls = test.hypercalls
            for operation in 0..<24 as Range<UInt32> {
                Memory.store32(operation, at: page)
                test.expect(calls.call(number, page, 1, 0, 0x7FF0), fails: .invalidArgument)
            }
            test.expect(calls.call(number, page, 0, 0, 0x7FF0), fails: .invalidArgument)
            test.expect(calls.call(number, page, 1, 0, UInt64(Nowhere.domain.rawValue)), fails: .noSuchProcess)
            test.expect(calls.call(number, page, 1, 0, 0), fails: .operationNotPermitted)
        }
    }
    suite.test("xenpmu_op gives EOPNOTSUPP, hypfs_op EPERM") { test in
        for operation in 0..<4 as Range<UInt64> {
            test.expect(test.hypercalls.call(.performanceMonitorOperation, operation), fails: .notSupported)
            test.expect(test.hypercalls.call(.hypervisorFileSystemOperation, operation), fails: .operationNotPermitted)
        }
    }
    suite.test("xsm_op, callback_op, xenoprof_op, physdev_op, kexec_op, tmem_op, argo_op give ENOSYS") { test in
        for number in Few<7, HypercallNumber>([
            .securityOperation, .callbackOperation, .profilingOperation, .physicalDeviceOperation, .kexecOperation,
            .transcendentMemoryOperation, .argoOperation,
        ]) {
            for operation in 0..<8 as Range<UInt64> {
                test.expect(test.hypercalls.call(number, operation), fails: .notImplemented)
            }
        }
    }
}

private func controlVersion(_ index: Int) -> (HypercallNumber, UInt32) {
    switch index {
    case 0: (.systemControl, ControlOperationHeader.systemControlVersion)
    case 1: (.domainControl, ControlOperationHeader.domainControlVersion)
    default: (.platformOperation, ControlOperationHeader.platformVersion)
    }
}
