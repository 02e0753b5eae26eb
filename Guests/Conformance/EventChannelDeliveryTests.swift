// SPDX-License-Identifier: MIT
import GuestKit
import XenInterface

/// `event_channel_op` send, and what it does to the bits in the shared info page.
func eventChannelSend(_ suite: inout Suite) {
    suite.test("event_channel_op send: makes the other end pending, not one's own") { test in
        test.withConnectedPorts { test, first, second in
            test.expect(test.hypercalls.send(first), is: 0)
            test.expect(test.guest.sharedInfo.isPending(second))
            test.expect(!test.guest.sharedInfo.isPending(first))
        }
    }
    suite.test("event_channel_op send: an IPI makes its own port pending") { test in
        test.withIPI { test, port in
            test.expect(test.hypercalls.send(port), is: 0)
            test.expect(test.guest.sharedInfo.isPending(port))
        }
    }
    suite.test("event_channel_op send: to an unbound port is dropped silently") { test in
        test.withUnboundPort { test, port in
            test.expect(test.hypercalls.send(port), is: 0)
            test.expect(!test.guest.sharedInfo.isPending(port))
        }
    }
    suite.test("event_channel_op send: a virtual interrupt cannot be sent, EINVAL") { test in
        let port = test.bind(.debug)
        test.expect(test.hypercalls.send(port), fails: .invalidArgument)
        test.release(port)
    }
    suite.test("event_channel_op send: a port that is closed or out of range gives EINVAL") { test in
        test.expect(test.hypercalls.send(EventChannelPort(rawValue: 0)), fails: .invalidArgument)
        test.expect(test.hypercalls.send(EventChannelPort(rawValue: 500)), fails: .invalidArgument)
        test.expect(test.hypercalls.send(Nowhere.port), fails: .invalidArgument)
    }
    suite.test("event_channel_op send: to a port that is not masked sets selector and upcall-pending") { test in
        test.withIPI { test, port in
            test.guest.vcpuInfo.clear()
            test.guest.sharedInfo.unmask(port)
            test.expect(test.hypercalls.send(port), is: 0)
            test.expect(test.guest.vcpuInfo.isUpcallPending)
            test.expect(test.guest.vcpuInfo.pendingSelector, equals: 1 &<< UInt64(port.rawValue / 64))
        }
    }
    suite.test("event_channel_op send: to a masked port sets neither selector nor upcall-pending") { test in
        test.withIPI { test, port in
            test.guest.vcpuInfo.clear()
            test.expect(test.hypercalls.send(port), is: 0)
            test.expect(!test.guest.vcpuInfo.isUpcallPending)
            test.expect(test.guest.vcpuInfo.pendingSelector, equals: 0)
        }
    }
    suite.test("event_channel_op send: a port that is pending already sets nothing again") { test in
        test.withIPI { test, port in
            test.guest.sharedInfo.unmask(port)
            test.hypercalls.send(port)
            test.guest.vcpuInfo.clear()
            test.expect(test.hypercalls.send(port), is: 0)
            test.expect(!test.guest.vcpuInfo.isUpcallPending)
        }
    }
}

/// `event_channel_op` unmask.
func eventChannelUnmask(_ suite: inout Suite) {
    suite.test("event_channel_op unmask: clears the mask bit") { test in
        test.withIPI { test, port in
            test.expect(test.guest.sharedInfo.isMasked(port))
            test.expect(test.unmask(port), is: 0)
            test.expect(!test.guest.sharedInfo.isMasked(port))
        }
    }
    suite.test("event_channel_op unmask: delivers what is pending") { test in
        test.withIPI { test, port in
            test.hypercalls.send(port)
            test.guest.vcpuInfo.clear()
            test.expect(test.unmask(port), is: 0)
            test.expect(test.guest.vcpuInfo.isUpcallPending)
            test.expect(test.guest.vcpuInfo.pendingSelector != 0)
        }
    }
    suite.test("event_channel_op unmask: delivers nothing when nothing is pending") { test in
        test.withIPI { test, port in
            test.guest.vcpuInfo.clear()
            test.expect(test.unmask(port), is: 0)
            test.expect(!test.guest.vcpuInfo.isUpcallPending)
        }
    }
    suite.test("event_channel_op unmask: a port out of range gives EINVAL") { test in
        test.expect(test.unmask(Nowhere.port), fails: .invalidArgument)
    }
    suite.test("event_channel_op: clearing the mask bit by hand delivers nothing") { test in
        test.withIPI { test, port in
            test.hypercalls.send(port)
            test.guest.vcpuInfo.clear()
            test.guest.sharedInfo.unmask(port)
            test.hypercalls.yield()
            test.expect(!test.guest.vcpuInfo.isUpcallPending)
        }
    }
    suite.test("event_channel_op set_priority: not in the 2-level ABI, ENOSYS") { test in
        test.withUnboundPort { test, port in
            var call = EventChannelOperation.SetPriority(port: port, priority: 3)
            test.expect(test.hypercalls.eventChannel(.setPriority, &call), fails: .notImplemented)
        }
    }
}

extension Test {
    mutating func unmask(_ port: EventChannelPort) -> Int64 {
        var call = EventChannelOperation.Unmask(port: port)
        return hypercalls.eventChannel(.unmask, &call)
    }
}
