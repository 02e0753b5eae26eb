// SPDX-License-Identifier: MIT
import CPU
import GuestKit
import XenInterface

/// The FIFO ABI of event channels. There is no way back from it but a reset, which would close the console's port: these tests
/// are the last ones.
func eventQueues(_ suite: inout Suite) {
    initializeControl(&suite)
    suite.test("event_channel_op init_control: the guest changes to queues, once for each vCPU") { test in
        for place in Few<2, UInt64>([EventQueue.control, EventQueue.array]) {
            let page = test.guest.pages.allocate() ?? 0
            test.expect(test.hypercalls.addToPhysicalMap(.guestFrame, index: page >> 12, at: place), is: 0)
        }
        var call = EventChannelOperation.InitializeControl(controlFrame: EventQueue.control >> 12, offset: 64, vcpu: 0)
        test.expect(test.hypercalls.eventChannel(.initializeControl, &call), is: 0)
        test.expect(call.linkBits, equals: 17)
        test.expect(test.hypercalls.eventChannel(.initializeControl, &call), fails: .invalidArgument)
    }
    suite.test("event queues: an event without a word waits for it") { test in
        test.withIPI { test, port in
            Memory.store32(1 << EventQueue.masked, at: EventQueue.word(port))
            test.expect(test.hypercalls.send(port), is: 0)
            test.expect(!EventQueue.isSet(EventQueue.pending, port))
            var frame = EventChannelOperation.ExpandArray(arrayFrame: Nowhere.physicalAddress >> 12)
            test.expect(test.hypercalls.eventChannel(.expandArray, &frame), fails: .invalidArgument)
            frame.arrayFrame = EventQueue.array >> 12
            test.expect(test.hypercalls.eventChannel(.expandArray, &frame), is: 0)
            test.expect(EventQueue.isSet(EventQueue.pending, port))
            Memory.store32(0, at: EventQueue.word(port))
        }
    }
    queueing(&suite)
    queuePriorities(&suite)
    queueAbuse(&suite)
}

private func initializeControl(_ suite: inout Suite) {
    suite.test("event_channel_op init_control: the vCPU goes first, ENOENT, then place and frame, EINVAL") { test in
        var call = EventChannelOperation.InitializeControl(controlFrame: 1, offset: 3, vcpu: 0)
        call.vcpu = UInt32(truncatingIfNeeded: Nowhere.vcpu)
        test.expect(test.hypercalls.eventChannel(.initializeControl, &call), fails: .noSuchEntry)
        call.vcpu = 0
        for offset in Few<4, UInt32>([3, 4, 4032, UInt32.max - 7]) {
            call.offset = offset
            test.expect(test.hypercalls.eventChannel(.initializeControl, &call), fails: .invalidArgument)
        }
        call.offset = 0
        for frame in Few<3, UInt64>([Nowhere.physicalAddress >> 12, UInt64.max - 1, 1 << 36]) {
            call.controlFrame = frame
            test.expect(test.hypercalls.eventChannel(.initializeControl, &call), fails: .invalidArgument)
        }
    }
}

private func queueing(_ suite: inout Suite) {
    suite.test("event queues: an event is pending, linked, the head of its queue, and the upcall flag is set") { test in
        test.withQueuedIPI { test, port in
            test.expect(test.hypercalls.send(port), is: 0)
            test.expect(EventQueue.isSet(EventQueue.pending, port) && EventQueue.isSet(EventQueue.linked, port))
            test.expect(EventQueue.head(7), equals: port.rawValue)
            test.expect(EventQueue.ready, equals: 1 << 7)
            test.expect(Memory.load8(test.guest.vcpuInfo.upcallPendingAddress), equals: 1)
        }
    }
    suite.test("event queues: later events are linked behind the first, in their order") { test in
        test.withQueuedIPI { test, first in
            test.withQueuedIPI { test, second in
                test.withQueuedIPI { test, third in
                    for port in Few<4, EventChannelPort>([second, first, second, third]) {
                        test.expect(test.hypercalls.send(port), is: 0)
                    }
                    test.expect(EventQueue.head(7), equals: second.rawValue)
                    test.expect(EventQueue.link(of: second), equals: first.rawValue)
                    test.expect(EventQueue.link(of: first), equals: third.rawValue)
                    test.expect(EventQueue.link(of: third), equals: 0)
                }
            }
        }
    }
    suite.test("event queues: a masked event is pending and not linked; unmasking links it") { test in
        test.withQueuedIPI { test, port in
            Memory.store32(1 << EventQueue.masked, at: EventQueue.word(port))
            test.expect(test.hypercalls.send(port), is: 0)
            test.expect(EventQueue.isSet(EventQueue.pending, port) && !EventQueue.isSet(EventQueue.linked, port))
            test.expect(EventQueue.ready, equals: 0)
            var call = EventChannelOperation.Unmask(port: port)
            test.expect(test.hypercalls.eventChannel(.unmask, &call), is: 0)
            test.expect(EventQueue.isSet(EventQueue.linked, port) && !EventQueue.isSet(EventQueue.masked, port))
            test.expect(EventQueue.head(7), equals: port.rawValue)
        }
    }
    suite.test("event queues: a closed port that is still linked is not opened again") { test in
        var call = EventChannelOperation.BindIPI(vcpu: 0)
        test.expect(test.hypercalls.eventChannel(.bindIPI, &call), is: 0)
        let port = call.port
        Memory.store32(0, at: EventQueue.word(port))
        test.expect(test.hypercalls.send(port), is: 0)
        test.expect(test.hypercalls.close(port), is: 0)
        test.expect(!EventQueue.isSet(EventQueue.pending, port) && EventQueue.isSet(EventQueue.linked, port))
        test.expect(test.hypercalls.eventChannel(.bindIPI, &call), is: 0)
        test.expect(call.port != port)
        test.expect(test.hypercalls.close(call.port), is: 0)
        EventQueue.drain()
        test.expect(test.hypercalls.eventChannel(.bindIPI, &call), is: 0)
        test.expect(call.port == port)
        test.expect(test.hypercalls.close(port), is: 0)
    }
}

private func queuePriorities(_ suite: inout Suite) {
    suite.test("event_channel_op set_priority: 0 to 15, else EINVAL, as for ports that are not there") { test in
        test.withQueuedIPI { test, port in
            for (priority) in Few<3, UInt32>([16, 255, UInt32.max]) {
                test.expect(test.setPriority(port, priority), fails: .invalidArgument)
            }
            test.expect(test.setPriority(Nowhere.port, 0), fails: .invalidArgument)
            test.expect(test.setPriority(port, 15), is: 0)
        }
    }
    suite.test("event queues: each priority has a queue and a ready bit") { test in
        test.withQueuedIPI { test, first in
            test.withQueuedIPI { test, second in
                test.expect(test.setPriority(first, 0), is: 0)
                test.expect(test.setPriority(second, 15), is: 0)
                test.expect(test.hypercalls.send(second), is: 0)
                test.expect(test.hypercalls.send(first), is: 0)
                test.expect(EventQueue.head(0), equals: first.rawValue)
                test.expect(EventQueue.head(15), equals: second.rawValue)
                test.expect(EventQueue.ready & (1 << 15 | 1), equals: 1 << 15 | 1)
            }
        }
    }
    suite.test("event queues: a new port has the usual priority, whatever it had before") { test in
        test.withQueuedIPI { test, port in test.expect(test.setPriority(port, 3), is: 0) }
        test.withQueuedIPI { test, port in
            test.expect(test.hypercalls.send(port), is: 0)
            test.expect(EventQueue.ready, equals: 1 << 7)
        }
    }
    suite.test("event queues: a poll ends when its port is pending") { test in
        test.withQueuedIPI { test, port in
            test.expect(test.hypercalls.send(port), is: 0)
            var ports = port
            let hypercalls = test.hypercalls
            let result = Memory.withAddress(of: &ports) { list in
                var call = SchedulerOperation.Poll(ports: list, portCount: 1, timeout: 0)
                return hypercalls.scheduler(.poll, &call)
            }
            test.expect(result, is: 0)
        }
    }
}

private func queueAbuse(_ suite: inout Suite) {
    suite.test("event queues: links that the guest has broken harm nobody else") { test in
        test.withQueuedIPI { test, first in
            test.withQueuedIPI { test, second in
                test.expect(test.hypercalls.send(first), is: 0)
                for value in Few<4, UInt32>([UInt32.max, 0x1FFFF, 1 << EventQueue.linked | 0x1FFFF, 0]) {
                    Memory.store32(value, at: EventQueue.word(first))
                    Memory.store32(0, at: EventQueue.word(second))
                    test.expect(test.hypercalls.send(second), is: 0)
                    test.expect(EventQueue.isSet(EventQueue.pending, second))
                }
            }
        }
    }
    suite.test("event_channel_op expand_array: a page may come twice; 128 are enough, then ENOSPC") { test in
        var call = EventChannelOperation.ExpandArray(arrayFrame: EventQueue.array >> 12)
        for _ in 1..<128 { test.expect(test.hypercalls.eventChannel(.expandArray, &call), is: 0) }
        test.expect(test.hypercalls.eventChannel(.expandArray, &call), fails: .noSpace)
    }
}

/// The first vCPU's control block and the first page of words: memory that was moved to places that do not change.
private enum EventQueue {
    static var control: UInt64 { 0xF050_0000 }
    static var array: UInt64 { 0xF050_1000 }

    static var pending: UInt32 { 31 }
    static var masked: UInt32 { 30 }
    static var linked: UInt32 { 29 }

    static func word(_ port: EventChannelPort) -> UInt64 { array &+ UInt64(port.rawValue & 1023) &* 4 }
    static func isSet(_ bit: UInt32, _ port: EventChannelPort) -> Bool { Memory.load32(word(port)) &>> bit & 1 != 0 }
    static func link(of port: EventChannelPort) -> UInt32 { Memory.load32(word(port)) & 0x1FFFF }
    static func head(_ priority: UInt64) -> UInt32 { Memory.load32(control &+ 64 &+ 8 &+ priority &* 4) }
    static var ready: UInt32 { Memory.load32(control &+ 64) }

    /// Takes all events out of all queues. Those of ports 1 and 2 stay masked: the console's reader raises some.
    static func drain() {
        for word in 0..<1024 as Range<UInt64> {
            Memory.store32(word == 1 || word == 2 ? 1 << masked : 0, at: array &+ word &* 4)
        }
        for place in 0..<18 as Range<UInt64> { Memory.store32(0, at: control &+ 64 &+ place &* 4) }
    }
}

extension Test {
    /// Calls `body` with a port to the guest's own vCPU whose events are not masked, and empty queues.
    fileprivate mutating func withQueuedIPI(line: UInt = #line, _ body: (inout Test, EventChannelPort) -> Void) {
        var call = EventChannelOperation.BindIPI(vcpu: 0)
        expect(hypercalls.eventChannel(.bindIPI, &call), is: 0, line: line)
        EventQueue.drain()
        guest.vcpuInfo.clear()
        body(&self, call.port)
        EventQueue.drain()
        expect(hypercalls.close(call.port), is: 0, line: line)
        guest.vcpuInfo.clear()
    }

    fileprivate func setPriority(_ port: EventChannelPort, _ priority: UInt32) -> Int64 {
        var call = EventChannelOperation.SetPriority(port: port, priority: priority)
        return hypercalls.eventChannel(.setPriority, &call)
    }
}
