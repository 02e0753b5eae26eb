// SPDX-License-Identifier: MIT
import Architecture
import GuestKit
import XenInterface

/// The page of stubs that the hypervisor writes on request.
func hypercallPage(_ suite: inout Suite) {
    suite.test("hypercall page: its stubs make hypercalls") { test in
        test.withPage { test, page in
            guard let stubs = HypercallStubs(page: page) else { return test.expect(false) }
            test.expect(stubs.call(.xenVersion, UInt64(XenVersionOperation.pageSize.rawValue)), is: 4096)
            test.expect(stubs.call(.eventChannelOperation, Nowhere.operation, 0), fails: .notImplemented)
        }
    }
    suite.test("hypercall page: stub n loads n into EAX and returns at the end") { test in
        test.withPage { test, page in
            guard HypercallStubs(page: page) != nil else { return test.expect(false) }
            for number in Few<4, UInt32>([0, 17, 32, 42]) {
                let stub = page &+ UInt64(number) &* UInt64(HypercallPage.stubSize)
                test.expect(Memory.load8(stub), equals: 0xB8)
                test.expect(Memory.load(stub &+ 1, as: UInt32.self), equals: number)
                test.expect(Memory.load8(stub &+ 8), equals: 0xC3)
            }
        }
    }
    suite.test("hypercall page: the stub of iret is UD2") { test in
        test.withPage { test, page in
            guard HypercallStubs(page: page) != nil else { return test.expect(false) }
            let stub = page &+ UInt64(HypercallNumber.interruptReturn.rawValue) &* UInt64(HypercallPage.stubSize)
            test.expect(Probe.call(stub), raises: .invalidOpcode)
        }
    }
    suite.test("hypercall: the other vendor's instruction raises #UD, unless CPUID tells of that vendor") { test in
        test.withPage { test, page in
            guard HypercallStubs(page: page) != nil else { return test.expect(false) }
            let stub = page &+ UInt64(HypercallNumber.xenVersion.rawValue) &* UInt64(HypercallPage.stubSize)
            let (vmcall, vmmcall): (UInt8, UInt8) = (0xC1, 0xD9)
            let isVMCALL = Memory.load8(stub &+ 7) == vmcall
            Memory.store8(isVMCALL ? vmmcall : vmcall, at: stub &+ 7)
            let isDisguised = isVMCALL == Processor.isByAMD
            if isDisguised {
                test.expect(Probe.call(stub) == nil)
            } else {
                test.expect(Probe.call(stub), raises: .invalidOpcode)
            }
        }
    }
    hypercallPageErrors(&suite)
}

private func hypercallPageErrors(_ suite: inout Suite) {
    let register = HypercallPage.modelSpecificRegister
    suite.test("hypercall page: the MSR reads as 0") { test in
        test.expect(test.expectValue(Probe.readMSR(register)), equals: 0)
    }
    suite.test("hypercall page: a page index other than 0 raises #GP") { test in
        test.withPage { test, page in
            test.expect(Probe.writeMSR(register, page | 1), raises: .generalProtection)
            test.expect(Memory.isFilled(page, count: Memory.pageSize, with: 0))
        }
    }
    suite.test("hypercall page: a frame without memory raises #GP") { test in
        test.expect(Probe.writeMSR(register, Nowhere.physicalAddress), raises: .generalProtection)
    }
}
