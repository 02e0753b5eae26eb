// SPDX-License-Identifier: MIT
import GuestKit
import XenInterface

/// A domain that computes, and finds out what part of the time it has been running: `expect=N` on its command line says how many per
/// cent of a processor it should get. The assembly calls it.
@c(guest_main)
public func share(_ startInfo: UInt64) {
    let suite = Suite.run(in: Guest(startInfo: startInfo)) { suite in
        suite.test("scheduling: a domain that computes gets its share of the processor") { test in
            guard let expected = test.guest.option("expect") else {
                return test.skip("no share is expected (expect=N)")
            }
            // What is measured lies in the middle: domains that are started together compute all the while.
            _ = test.compute(for: 600_000_000)
            let share = test.compute(for: 1_500_000_000)
            // The share itself is shown when it is not what it should be, give or take eight.
            test.expect(share + 8 < expected || share > expected + 8 ? share : expected, equals: expected)
            _ = test.compute(for: 600_000_000)
        }
    }
    suite.guest.hypercalls.shutDown(.powerOff)
}

extension Test {
    /// Computes until so many nanoseconds have gone by. Returns how many per cent of them the vCPU was running, by its own account: its
    /// run states are on the same clock as the scheduler, however busy the host of an emulator is.
    fileprivate func compute(for duration: UInt64) -> UInt64 {
        let before = runstate
        let start = guest.now
        while guest.now &- start < duration { Processor.enableInterrupts() }
        let after = runstate
        let all = after.total &- before.total
        return all == 0 ? 0 : (after.runningTime &- before.runningTime) &* 100 / all
    }

    private var runstate: RunstateInfo {
        var info = RunstateInfo()
        _ = hypercalls.vcpu(.getRunstateInfo, 0, &info)
        return info
    }
}

extension RunstateInfo {
    fileprivate var total: UInt64 { runningTime &+ runnableTime &+ blockedTime &+ offlineTime }
}
