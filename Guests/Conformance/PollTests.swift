// SPDX-License-Identifier: MIT
import GuestKit
import XenInterface

/// `sched_op` poll: which events end it, of the ports that are polled and of others.
func pollEndings(_ suite: inout Suite) {
    suite.test("sched_op poll: of several ports, one that is pending is enough, wherever it stands") { test in
        test.withIPI { test, first in
            test.withIPI { test, second in
                test.hypercalls.send(second)
                test.expect(test.poll(first, second, timeout: 0), is: 0)
                test.expect(test.poll(second, first, timeout: 0), is: 0)
            }
        }
    }
    suite.test("sched_op poll: one of several ports that is out of range gives EINVAL, but not behind a pending one") {
        test in
        test.withIPI { test, port in
            test.expect(test.poll(port, Nowhere.port, timeout: 1), fails: .invalidArgument)
            test.hypercalls.send(port)
            test.expect(test.poll(port, Nowhere.port, timeout: 0), is: 0)
            test.expect(test.poll(Nowhere.port, port, timeout: 0), fails: .invalidArgument)
        }
    }
    suite.test("sched_op poll: an event on another port, which is masked, does not end it") { test in
        test.withTimerEvent { test, due in
            test.withIPI { test, port in
                test.expect(test.poll(port.rawValue, timeout: due &+ 3_000_000), is: 0)
                test.expectReached(due &+ 3_000_000)
            }
        }
    }
    suite.test("sched_op poll: of several ports, it ends with any event of the domain's") { test in
        test.withTimerEvent { test, due in
            test.withIPI { test, first in
                test.withIPI { test, second in
                    test.expect(test.poll(first, second, timeout: due &+ 5_000_000_000), is: 0)
                    test.expectReached(due)
                    test.expect(test.guest.now < due &+ 4_000_000_000)
                }
            }
        }
    }
    suite.test("sched_op poll: an event that raises an upcall ends it, though interrupts are off") { test in
        test.withTimer { test, _ in
            test.withIPI { test, port in
                let due = test.guest.now &+ 1_000_000
                test.expect(test.setSingleshotTimer(due), is: 0)
                test.expect(test.poll(port.rawValue, timeout: due &+ 5_000_000_000), is: 0)
                test.expectReached(due)
                test.expect(test.guest.now < due &+ 4_000_000_000)
                test.expect(test.guest.vcpuInfo.isUpcallPending)
            }
        }
    }
}

extension Test {
    /// Waits for two ports, until a system time in nanoseconds.
    fileprivate func poll(_ first: EventChannelPort, _ second: EventChannelPort, timeout: UInt64) -> Int64 {
        var ports: InlineArray<2, UInt32> = [first.rawValue, second.rawValue]
        let hypercalls = hypercalls
        return Memory.withAddress(of: &ports) { list in
            var call = SchedulerOperation.Poll(ports: list, portCount: 2, timeout: timeout)
            return hypercalls.scheduler(.poll, &call)
        }
    }

    /// Calls `body` while the timer of vCPU 0 is going to raise an event on a port that is masked.
    fileprivate mutating func withTimerEvent(_ body: (inout Test, _ due: UInt64) -> Void) {
        let port = bind(.timer)
        guest.sharedInfo.mask(port)
        let due = guest.now &+ 2_000_000
        expect(setSingleshotTimer(due), is: 0)
        body(&self, due)
        release(port)
    }
}
