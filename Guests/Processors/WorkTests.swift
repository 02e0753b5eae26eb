// SPDX-License-Identifier: MIT
import GuestKit
import Instructions
import XenInterface

/// vCPUs that work at the same time.
func working(_ suite: inout Suite) {
    suite.test("vCPUs: what they count together in one word is all there") { test in
        var count: UInt64 = 0
        Memory.withAddress(of: &count) { word in test.forEachWorker { $0.begin(.count, word) } }
        test.expect(test.allAreDone())
        test.expect(Memory.withAddress(of: &count) { Memory.load64($0) }, equals: test.workerCount * 100_000)
    }
    suite.test("vCPUs: hypercalls of all at the same time are answered") { test in
        test.forEachWorker { $0.begin(.call) }
        test.expect(test.allAreDone())
        test.forEachWorker { test.expect($0.result, equals: 0) }
    }
    suite.test("vCPUs: time that one reads is not earlier than what another has read") { test in
        test.forEachWorker { $0.begin(.watchTime) }
        let end = test.guest.now &+ 50_000_000
        while test.guest.now < end { test.hypercalls.yield() }
        test.expect(test.stopAll())
        test.forEachWorker { test.expect($0.result, equals: 0) }
    }
    suite.test("vcpu_op get_runstate_info: the states of each vCPU add up to the time") { test in
        let hypercalls = test.hypercalls
        for number in 0..<test.workerCount + 1 {
            var (before, after) = (RunstateInfo(), RunstateInfo())
            let begin = test.guest.now
            test.expect(hypercalls.vcpu(.getRunstateInfo, number, &before), is: 0)
            let start = test.guest.now
            while test.guest.now < start &+ 2_000_000 { hypercalls.yield() }
            test.expect(hypercalls.vcpu(.getRunstateInfo, number, &after), is: 0)
            let elapsed = after.total &- before.total
            test.expect(elapsed >= 2_000_000 && elapsed <= test.guest.now &- begin)
        }
    }
}

extension RunstateInfo {
    /// The time in all states together.
    fileprivate var total: UInt64 { runningTime &+ runnableTime &+ blockedTime &+ offlineTime }
}
