// SPDX-License-Identifier: MIT
import GuestKit
import Instructions
import XenInterface

/// How a hypercall is made, whichever it is.
func callingConvention(_ suite: inout Suite) {
    suite.test("hypercall: a number that does not exist gives ENOSYS") { test in
        test.expect(test.hypercalls.call(11), fails: .notImplemented)
        test.expect(test.hypercalls.call(60), fails: .notImplemented)
        test.expect(test.hypercalls.call(0xFFFF_FFFF), fails: .notImplemented)
    }
    suite.test("hypercall: those of PV domains give ENOSYS") { test in
        for number in Few<18, UInt64>([0, 1, 2, 3, 4, 5, 6, 8, 9, 10, 14, 16, 19, 22, 23, 25, 28, 38]) {
            test.expect(test.hypercalls.call(number), fails: .notImplemented)
        }
    }
    suite.test("hypercall: user mode is refused with EPERM") { test in
        test.expect(test.hypercalls.callFromUserMode(.xenVersion), fails: .operationNotPermitted)
        test.expect(test.hypercalls.callFromUserMode(.schedulerOperation), fails: .operationNotPermitted)
    }
    suite.test("hypercall: user mode is refused before the number is looked at") { test in
        test.expect(test.hypercalls.callFromUserMode(.setTrapTable), fails: .operationNotPermitted)
    }
    suite.test("hypercall: only RAX changes") { test in
        var before = GuestCallRegisters()
        before.rax = UInt64(HypercallNumber.xenVersion.rawValue)
        before.rdi = UInt64(XenVersionOperation.version.rawValue)
        (before.rbx, before.rcx, before.rdx, before.rbp) = (0x11, 0x2222_0000_0000, 0x33, 0x44)
        (before.rsi, before.r8, before.r9, before.r10) = (0x55, 0x66, 0x77, 0x88)
        (before.r11, before.r12, before.r13, before.r14, before.r15) = (0x99, 0xAA, 0xBB, 0xCC, UInt64.max)
        let after = test.hypercalls.call(with: before)
        test.expect(after.rax, equals: 4 << 16 | 17)
        test.expect(after.rbx == before.rbx && after.rcx == before.rcx && after.rbp == before.rbp)
        test.expect(after.rdx == before.rdx && after.rsi == before.rsi && after.rdi == before.rdi)
        test.expect(after.r8 == before.r8 && after.r9 == before.r9 && after.r10 == before.r10)
        test.expect(after.r11 == before.r11 && after.r12 == before.r12 && after.r13 == before.r13)
        test.expect(after.r14 == before.r14 && after.r15 == before.r15)
    }
}
