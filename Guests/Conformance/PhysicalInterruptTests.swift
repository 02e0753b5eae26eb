// SPDX-License-Identifier: MIT
import GuestKit
import XenInterface

/// `event_channel_op` bind_pirq, and ports that are not open.
func physicalInterrupts(_ suite: inout Suite) {
    suite.test("event_channel_op bind_pirq: a port that says so, once for each interrupt") { test in
        var call = EventChannelOperation.BindPIRQ(physicalInterrupt: 9, flags: 0)
        test.expect(test.hypercalls.eventChannel(.bindPIRQ, &call), is: 0)
        let status = test.status(of: call.port)
        test.expect(status.state, equals: EventChannelState.physicalInterrupt.rawValue)
        test.expect(status.detail, equals: 9)
        test.expect(test.hypercalls.send(call.port), fails: .invalidArgument)
        var again = EventChannelOperation.BindPIRQ(physicalInterrupt: 9, flags: 0)
        test.expect(test.hypercalls.eventChannel(.bindPIRQ, &again), fails: .alreadyExists)
        test.release(call.port)
        test.expect(test.hypercalls.eventChannel(.bindPIRQ, &again), is: 0)
        test.release(again.port)
    }
    suite.test("event_channel_op bind_pirq: an interrupt that there is not gives EINVAL") { test in
        for number in Few<3, UInt32>([256, 0x7FFF_FFFF, UInt32.max]) {
            var call = EventChannelOperation.BindPIRQ(physicalInterrupt: number, flags: 0)
            test.expect(test.hypercalls.eventChannel(.bindPIRQ, &call), fails: .invalidArgument)
        }
    }
    suite.test("event_channel_op unmask: port 0 and closed ports are there to be unmasked") { test in
        for port in Few<2, UInt32>([0, 63]) {
            var call = EventChannelOperation.Unmask(port: EventChannelPort(rawValue: port))
            test.expect(test.hypercalls.eventChannel(.unmask, &call), is: 0)
        }
    }
    suite.test("event_channel_op: operation 14 goes on with a reset, and 15 does not exist") { test in
        var call = EventChannelOperation.Reset(domain: Nowhere.domain)
        test.expect(test.hypercalls.eventChannel(.continueReset, &call), fails: .noSuchProcess)
        test.expect(test.hypercalls.call(.eventChannelOperation, 15, Nowhere.linearAddress), fails: .notImplemented)
    }
    suite.test("event_channel_op expand_array, set_priority: not with two levels of bits, EOPNOTSUPP and ENOSYS") {
        test in
        var array = EventChannelOperation.ExpandArray(arrayFrame: 5)
        test.expect(test.hypercalls.eventChannel(.expandArray, &array), fails: .notSupported)
        var priority = EventChannelOperation.SetPriority(port: EventChannelPort(rawValue: 1), priority: 3)
        test.expect(test.hypercalls.eventChannel(.setPriority, &priority), fails: .notImplemented)
        priority.port = Nowhere.port
        test.expect(test.hypercalls.eventChannel(.setPriority, &priority), fails: .invalidArgument)
    }
}
