// SPDX-License-Identifier: MIT
import GuestKit
import XenInterface

/// A vCPU's own vector for events. It cannot be taken back, so these tests come after those of the callback.
func upcallVector(_ suite: inout Suite) {
    suite.test("hvm_op set_evtchn_upcall_vector: events come through the local APIC, once for each upcall") { test in
        test.withLocalAPIC { test in
            test.withCallbackAndIPI { test, port in
                let vector: UInt8 = 0x41
                var call = HVMOperation.SetEventUpcallVector(vcpu: 0, vector: vector)
                test.guest.vcpuInfo.clear()
                test.expect(test.hypercalls.hvm(.setEventUpcallVector, &call), is: 0)
                Processor.takeInterrupts()
                test.endOfInterrupt()
                let count = Interrupts.count(vector)
                test.guest.vcpuInfo.clear()
                test.guest.sharedInfo.unmask(port)
                test.hypercalls.send(port)
                Processor.takeInterrupts()
                test.expect(Interrupts.count(vector), equals: count + 1)
                test.endOfInterrupt()
                Processor.takeInterrupts()
                test.expect(Interrupts.count(vector), equals: count + 1)
            }
        }
    }
}

extension Test {
    fileprivate mutating func withCallbackAndIPI(_ body: (inout Test, EventChannelPort) -> Void) {
        withCallback { test, _ in test.withIPI { test, port in body(&test, port) } }
    }

    fileprivate mutating func endOfInterrupt(line: UInt = #line) {
        expect(Probe.writeMSR(LocalAPIC.endOfInterrupt, 0) == nil, line: line)
    }
}
