// SPDX-License-Identifier: MIT
import GuestKit
import Instructions
import XenInterface

/// A guest with several vCPUs: they are started in both ways, work at the same time, and interrupt each other.
/// The assembly calls it.
@c(guest_main)
public func processors(_ startInfo: UInt64) {
    let guest = Guest(startInfo: startInfo)
    LocalAPICRegister.turnOnX2APIC()
    Memory.fill(0x9000, count: Memory.pageSize, with: 0)
    Memory.store64(guest.sharedInfo.address, at: VCPUTimeInfo.sharedInfoWord)
    let suite = Suite.run(in: guest) { suite in
        starting(&suite)
        working(&suite)
        interrupting(&suite)
        memory(&suite)
        stopping(&suite)
    }
    suite.guest.hypercalls.shutDown(.powerOff)
}

extension Test {
    /// How many vCPUs there are beside the first one.
    var workerCount: UInt64 {
        var number: UInt64 = 1
        while number < 32 && hypercalls.vcpu(.isUp, number) >= 0 { number += 1 }
        return number - 1
    }

    /// Calls `body` for each of the other vCPUs.
    func forEachWorker(_ body: (Worker) -> Void) {
        for number in 1..<workerCount + 1 { body(Worker(number)) }
    }

    /// Waits until something is so, for two minutes at most, as the host may be busy; whether it is.
    func waits(_ condition: () -> Bool) -> Bool {
        let end = guest.now &+ 120_000_000_000
        while !condition() {
            guard guest.now < end else { return false }
            hypercalls.yield()
        }
        return true
    }

    /// Waits until all other vCPUs have done their jobs; whether they have.
    func allAreDone() -> Bool {
        waits {
            var areDone = true
            forEachWorker { if !$0.isDone { areDone = false } }
            return areDone
        }
    }

    /// Lets the jobs end that go on for ever, and waits until they have.
    func stopAll() -> Bool {
        Memory.store64(1, at: Worker.stopWord)
        defer { Memory.store64(0, at: Worker.stopWord) }
        return allAreDone()
    }
}
