// SPDX-License-Identifier: MIT
import GuestKit
import XenInterface

/// How events reach the guest: by the interrupt vector of the callback.
func eventCallback(_ suite: inout Suite) {
    suite.test("event callback: an event raises the vector") { test in
        test.withCallback { test, vector in
            test.withIPI { test, port in
                test.guest.sharedInfo.unmask(port)
                let count = Interrupts.count(vector)
                test.hypercalls.send(port)
                Processor.takeInterrupts()
                test.expect(Interrupts.count(vector), equals: count + 1)
            }
        }
    }
    suite.test("event callback: waits until the guest takes interrupts") { test in
        test.withCallback { test, vector in
            test.withIPI { test, port in
                test.guest.sharedInfo.unmask(port)
                let count = Interrupts.count(vector)
                test.hypercalls.send(port)
                test.hypercalls.yield()
                test.expect(Interrupts.count(vector), equals: count)
                Processor.takeInterrupts()
                test.expect(Interrupts.count(vector), equals: count + 1)
            }
        }
    }
    suite.test("event callback: a masked port raises nothing") { test in
        test.withCallback { test, vector in
            test.withIPI { test, port in
                let count = Interrupts.count(vector)
                test.hypercalls.send(port)
                Processor.takeInterrupts()
                test.expect(Interrupts.count(vector), equals: count)
            }
        }
    }
    suite.test("event callback: the unmask operation raises what was held back") { test in
        test.withCallback { test, vector in
            test.withIPI { test, port in
                let count = Interrupts.count(vector)
                test.hypercalls.send(port)
                test.expect(test.unmask(port), is: 0)
                Processor.takeInterrupts()
                test.expect(Interrupts.count(vector), equals: count + 1)
            }
        }
    }
    eventCallbackLevels(&suite)
}

private func eventCallbackLevels(_ suite: inout Suite) {
    suite.test("event callback: two events before the guest looks are one interrupt") { test in
        test.withCallback { test, vector in
            test.withConnectedPorts { test, first, second in
                test.guest.sharedInfo.unmask(first)
                test.guest.sharedInfo.unmask(second)
                let count = Interrupts.count(vector)
                test.hypercalls.send(first)
                test.hypercalls.send(second)
                Processor.takeInterrupts()
                Processor.takeInterrupts()
                test.expect(Interrupts.count(vector), equals: count + 1)
                test.expect(test.guest.sharedInfo.isPending(first) && test.guest.sharedInfo.isPending(second))
            }
        }
    }
    suite.test("event callback: no interrupt once the guest has cleared upcall-pending") { test in
        test.withCallback { test, vector in
            test.withIPI { test, port in
                test.guest.sharedInfo.unmask(port)
                let count = Interrupts.count(vector)
                test.hypercalls.send(port)
                test.guest.vcpuInfo.clear()
                Processor.takeInterrupts()
                test.expect(Interrupts.count(vector), equals: count)
            }
        }
    }
    suite.test("event callback: an interrupt line is accepted and ignored, the vector stays") { test in
        test.withCallback { test, vector in
            test.expect(test.hypercalls.setParameter(.callbackInterrupt, to: 0), is: 0)
            test.expect(test.hypercalls.setParameter(.callbackInterrupt, to: 9), is: 0)
            test.withIPI { test, port in
                test.guest.sharedInfo.unmask(port)
                let count = Interrupts.count(vector)
                test.hypercalls.send(port)
                Processor.takeInterrupts()
                test.expect(Interrupts.count(vector), equals: count + 1)
            }
        }
    }
}
