// SPDX-License-Identifier: MIT
import GuestKit
import XenInterface

/// `hvm_op`: the domain's parameters, and a few questions.
func hvmOperation(_ suite: inout Suite) {
    suite.test("hvm_op: an operation that does not exist gives ENOSYS") { test in
        test.expect(test.hypercalls.call(.hvmOperation, Nowhere.operation, 0), fails: .notImplemented)
    }
    suite.test("hvm_op get_param: the rings' frames lie in the reserved pages below 4 GiB") { test in
        guard !test.guest.isControlDomain else { return test.skip("the control domain has no rings") }
        for parameter in Few<2, HVMParameter>([.consoleFrame, .xenstoreFrame]) {
            let frame = test.hypercalls.parameter(parameter)
            test.expect(frame != nil)
            guard let frame, frame != 0 else { continue }
            test.expect(frame < 1 << 20)
            test.expect(test.expectValue(Probe.load32(frame << 12)) != 0xFFFF_FFFF)
        }
    }
    suite.test("hvm_op get_param: a parameter that does not exist gives EINVAL") { test in
        test.expect(test.getParameter(39), fails: .invalidArgument)
        test.expect(test.getParameter(UInt32.max), fails: .invalidArgument)
    }
    suite.test("hvm_op get_param: those of the device model give EPERM") { test in
        for parameter in Few<4, HVMParameter>([
            .deviceRequestFrame, .bufferedRequestFrame, .identityPageTable, .acpiSleepState,
        ]) {
            test.expect(test.getParameter(parameter.rawValue), fails: .operationNotPermitted)
        }
    }
    suite.test("hvm_op get_param: a domain that does not exist gives ESRCH") { test in
        let index = HVMParameter.consoleFrame.rawValue
        test.expect(test.getParameter(index, of: Nowhere.domain), fails: .noSuchProcess)
    }
    suite.test("hvm_op get_param: another domain's are refused") { test in
        guard !test.guest.isControlDomain else { return test.skip("there is no other domain") }
        let index = HVMParameter.consoleFrame.rawValue
        test.expect(test.getParameter(index, of: .control), fails: .invalidArgument)
    }
    suite.test("hvm_op get_param: arguments that are not mapped give EFAULT") { test in
        for operation in Few<2, UInt64>([0, 1]) {
            let result = test.hypercalls.call(.hvmOperation, operation, Nowhere.linearAddress)
            test.expect(result, fails: .badAddress)
        }
    }
    parameterChanges(&suite)
    hvmQuestions(&suite)
}

private func parameterChanges(_ suite: inout Suite) {
    suite.test("hvm_op set_param: the callback is what was set last") { test in
        test.withCallback { test, vector in
            let value = test.hypercalls.parameter(.callbackInterrupt)
            test.expect(value == EventCallback.vector(vector).rawValue)
        }
    }
    suite.test("hvm_op set_param: the rings' frames are not for the guest to change, EPERM") { test in
        test.expect(test.hypercalls.setParameter(.consoleFrame, to: 5), fails: .operationNotPermitted)
        test.expect(test.hypercalls.setParameter(.xenstoreFrame, to: 5), fails: .operationNotPermitted)
    }
    suite.test("hvm_op set_param: a ring's port is the guest's to set") { test in
        guard let port = test.hypercalls.parameter(.xenstorePort) else { return test.expect(false) }
        test.expect(test.hypercalls.setParameter(.xenstorePort, to: port &+ 7), is: 0)
        test.expect(test.hypercalls.parameter(.xenstorePort) == port &+ 7)
        test.expect(test.hypercalls.setParameter(.xenstorePort, to: port), is: 0)
    }
    suite.test("hvm_op set_param: a parameter that does not exist gives EINVAL") { test in
        var call = HVMOperation.Parameter(domain: .caller, index: 39, value: 1)
        test.expect(test.hypercalls.hvm(.setParameter, &call), fails: .invalidArgument)
    }
    suite.test("hvm_op set_param: a domain that does not exist gives ESRCH") { test in
        var call = HVMOperation.Parameter(
            domain: Nowhere.domain, index: HVMParameter.callbackInterrupt.rawValue, value: 0)
        test.expect(test.hypercalls.hvm(.setParameter, &call), fails: .noSuchProcess)
    }
}

private func hvmQuestions(_ suite: inout Suite) {
    suite.test("hvm_op set_evtchn_upcall_vector: vectors below 0x10 give EINVAL") { test in
        var call = HVMOperation.SetEventUpcallVector(vcpu: 0, vector: 0x0F)
        test.expect(test.hypercalls.hvm(.setEventUpcallVector, &call), fails: .invalidArgument)
    }
    suite.test("hvm_op set_evtchn_upcall_vector: a vCPU that does not exist gives ENOENT") { test in
        var call = HVMOperation.SetEventUpcallVector(vcpu: UInt32(Nowhere.vcpu), vector: 0x40)
        test.expect(test.hypercalls.hvm(.setEventUpcallVector, &call), fails: .noSuchEntry)
    }
    suite.test("hvm_op pagetable_dying: of no use with nested paging, EINVAL") { test in
        var call = HVMOperation.PageTableDying(domain: .caller, address: 0)
        test.expect(test.hypercalls.hvm(.pageTableDying, &call), fails: .invalidArgument)
        call.domain = Nowhere.domain
        test.expect(test.hypercalls.hvm(.pageTableDying, &call), fails: .noSuchProcess)
        call.domain = .control
        test.expect(test.hypercalls.hvm(.pageTableDying, &call), fails: .notSupported)
    }
    suite.test("hvm_op xentrace: events of 12 bits with at most 28 bytes, else EINVAL") { test in
        var call = HVMOperation.Trace()
        (call.event, call.byteCount) = (0xFFF, 28)
        test.expect(test.hypercalls.hvm(.trace, &call), is: 0)
        call.byteCount = 29
        test.expect(test.hypercalls.hvm(.trace, &call), fails: .invalidArgument)
        (call.event, call.byteCount) = (0x1000, 0)
        test.expect(test.hypercalls.hvm(.trace, &call), fails: .invalidArgument)
    }
    suite.test("hvm_op altp2m: not without a second physical map, EOPNOTSUPP") { test in
        test.expect(test.hypercalls.call(.hvmOperation, 25, Nowhere.linearAddress), fails: .notSupported)
    }
    suite.test("hvm_op: what was withdrawn gives ENOSYS") { test in
        for operation in Few<8, UInt64>([2, 3, 4, 6, 7, 8, 12, 13]) {
            test.expect(test.hypercalls.call(.hvmOperation, operation, Nowhere.linearAddress), fails: .notImplemented)
        }
    }
    suite.test("hvm_op parameters: each number has its answers") { test in
        for index in 0..<40 as Range<UInt32> {
            switch index {
            case 0, 1, 2, 15, 17, 18, 19, 34, 35, 36, 37: test.expect(test.getParameter(index), is: 0)
            case 4, 13, 20...26, 30, 39: test.expect(test.getParameter(index), fails: .invalidArgument)
            default: test.expect(test.getParameter(index), fails: .operationNotPermitted)
            }
        }
        test.expect(test.hypercalls.setParameter(.acpiPortsLocation, to: 1), fails: .noSuchDevice)
        test.expect(test.hypercalls.setParameter(.alternateMap, to: 1), fails: .operationNotPermitted)
        test.expect(test.hypercalls.setParameter(.pae, to: 1), fails: .invalidArgument)
        test.expect(test.hypercalls.setParameter(.x87InstructionPointerWidth, to: 3), fails: .invalidArgument)
        test.expect(test.hypercalls.setParameter(.x87InstructionPointerWidth, to: 8), is: 0)
        test.expect(test.hypercalls.setParameter(.vm86TaskState, to: 0x8000), is: 0)
        test.expect(test.hypercalls.parameter(.vm86TaskStateSized) == 128 << 32 | 0x8000)
        test.expect(test.hypercalls.setParameter(.vm86TaskState, to: 0), is: 0)
    }
    suite.test("hvm_op get_time: the system time") { test in
        var call = HVMOperation.GetTime()
        let before = test.guest.now
        test.expect(test.hypercalls.hvm(.getTime, &call), is: 0)
        let after = test.guest.now
        test.expect(call.now >= before &- 1_000_000 && call.now <= after &+ 1_000_000)
    }
    suite.test("hvm_op guest_request_vm_event: nobody listens, 0; takes no argument, else EINVAL") { test in
        let operation = UInt64(HVMOperation.guestRequestEvent.rawValue)
        test.expect(test.hypercalls.call(.hvmOperation, operation, 0), is: 0)
        test.expect(test.hypercalls.call(.hvmOperation, operation, 8), fails: .invalidArgument)
    }
    suite.test("hvm_op flush_tlbs: takes no argument") { test in
        let operation = UInt64(HVMOperation.flushTLBs.rawValue)
        test.expect(test.hypercalls.call(.hvmOperation, operation, 0), is: 0)
        test.expect(test.hypercalls.call(.hvmOperation, operation, 8), fails: .invalidArgument)
    }
}

extension Test {
    fileprivate mutating func getParameter(_ index: UInt32, of domain: DomainIdentifier = .caller) -> Int64 {
        var call = HVMOperation.Parameter(domain: domain, index: index)
        return hypercalls.hvm(.getParameter, &call)
    }
}
