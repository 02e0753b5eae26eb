// SPDX-License-Identifier: MIT
import GuestKit
import XenInterface

/// `vm_assist`: the runstate update flag is all there is for HVM and PVH guests.
func vmAssist(_ suite: inout Suite) {
    suite.test("vm_assist: the runstate update flag can be turned on and off") { test in
        test.expect(test.assist(.enable, VMAssistKind.runstateUpdateFlag.rawValue), is: 0)
        test.expect(test.assist(.disable, VMAssistKind.runstateUpdateFlag.rawValue), is: 0)
    }
    suite.test("vm_assist: with the flag on, a runstate area that is read is not being written") { test in
        test.withPage { test, page in
            test.expect(test.assist(.enable, VMAssistKind.runstateUpdateFlag.rawValue), is: 0)
            var call = VCPUOperation.RegisterArea(address: page)
            test.expect(test.hypercalls.vcpu(.registerRunstateArea, 0, &call), is: 0)
            test.hypercalls.yield()
            let info = Memory.load(page, as: RunstateInfo.self)
            test.expect(info.entryTime & RunstateInfo.updateFlag, equals: 0)
            call.address = 0
            test.expect(test.hypercalls.vcpu(.registerRunstateArea, 0, &call), is: 0)
            test.expect(test.assist(.disable, VMAssistKind.runstateUpdateFlag.rawValue), is: 0)
        }
    }
    suite.test("vm_assist: those of PV domains and those that do not exist give EINVAL") { test in
        for kind in Few<6, UInt32>([0, 1, 2, 3, 4, 63]) {
            test.expect(test.assist(.enable, kind), fails: .invalidArgument)
        }
        test.expect(test.assist(.enable, UInt32.max), fails: .invalidArgument)
    }
    suite.test("vm_assist disable: another kind gives EINVAL") { test in
        test.expect(test.assist(.disable, 0), fails: .invalidArgument)
    }
    suite.test("vm_assist: the kind goes before the command, EINVAL") { test in
        test.expect(test.hypercalls.call(.vmAssist, 2, 0), fails: .invalidArgument, or: .notImplemented)
    }
    suite.test("vm_assist: a command that does not exist gives ENOSYS") { test in
        let result = test.hypercalls.call(
            .vmAssist, 2, UInt64(VMAssistKind.runstateUpdateFlag.rawValue))
        test.expect(result, fails: .notImplemented)
    }
}

extension Test {
    fileprivate func assist(_ command: VMAssist, _ kind: UInt32) -> Int64 {
        hypercalls.call(.vmAssist, UInt64(command.rawValue), UInt64(kind))
    }
}
