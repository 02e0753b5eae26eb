// SPDX-License-Identifier: MIT
import GuestKit
import XenInterface

/// vCPUs that are taken down.
func stopping(_ suite: inout Suite) {
    suite.test("vcpu_op down: a vCPU that computes stops, and goes on where it was when it is up again") { test in
        for number in 1..<test.workerCount + 1 {
            let worker = Worker(number)
            worker.begin(.run)
            test.expect(test.waits { worker.result > 0 })
            test.expect(test.hypercalls.vcpu(.down, number), is: 0)
            test.expect(test.hypercalls.vcpu(.isUp, number), is: 0)
            var info = RunstateInfo()
            test.expect(
                test.waits {
                    _ = test.hypercalls.vcpu(.getRunstateInfo, number, &info)
                    return info.state == Runstate.offline.rawValue
                })
            let result = worker.result
            test.hypercalls.yield()
            test.expect(worker.result, equals: result)
            test.expect(test.hypercalls.vcpu(.up, number), is: 0)
            test.expect(test.waits { worker.result > result })
            test.expect(worker.startCount <= 3)
        }
        test.expect(test.stopAll())
    }
    suite.test("sched_op shutdown: one vCPU ends the domain while the others compute") { test in
        test.forEachWorker { $0.begin(.run) }
        test.expect(test.waits { Worker(1).result > 0 })
    }
}
