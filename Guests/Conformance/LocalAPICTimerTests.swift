// SPDX-License-Identifier: MIT
import GuestKit

/// The local APIC's timer, in xAPIC mode: 100 million counts a second, divided. (Intel SDM vol. 3A §11.5.4)
func localAPICTimer(_ suite: inout Suite) {
    suite.test("local APIC timer: once, again and again, or masked") { test in
        for (entry, least, most) in Few<3, (UInt32, UInt32, UInt32)>([
            (0x64, 1, 1), (0x2_0064, 3, 100), (0x1_0064, 0, 0),
        ]) {
            test.withLocalAPICPage { test in
                let count = Interrupts.count(0x64)
                test.startTimer(entry, 100_000)
                for _ in 0..<10 {
                    test.pass(1_000_000)
                    Processor.takeInterrupts()
                    Memory.store32(0, at: LocalAPICPage.endOfInterrupt)
                }
                let fired = Interrupts.count(0x64) &- count
                test.expect(fired >= least && fired <= most)
                test.expect(Memory.load32(LocalAPICPage.timerInitialCount), equals: 100_000)
                if entry != 0x2_0064 { test.expect(Memory.load32(LocalAPICPage.timerCurrentCount), equals: 0) }
            }
        }
    }
    suite.test("local APIC timer: a mode without a count takes none, and ends one") { test in
        for mode in Few<2, UInt32>([0x4_0065, 0x6_0065]) {
            test.withLocalAPICPage { test in
                test.startTimer(mode, 1_000_000)
                test.expect(Memory.load32(LocalAPICPage.timerInitialCount), equals: 0)
                test.startTimer(0x65, 100_000_000)
                Memory.store32(mode, at: LocalAPICPage.timerVector)
                test.expect(Memory.load32(LocalAPICPage.timerInitialCount), equals: 0)
                test.expect(Memory.load32(LocalAPICPage.timerCurrentCount), equals: 0)
            }
        }
    }
    suite.test("local APIC timer: another divisor leaves what remains of the count") { test in
        test.withLocalAPICPage { test in
            test.startTimer(0x1_0066, 100_000_000)
            Memory.store32(3, at: LocalAPICPage.timerDivide)
            test.expect(Memory.load32(LocalAPICPage.timerCurrentCount) > 50_000_000)
        }
    }
}

extension LocalAPICPage {
    static var timerVector: UInt64 { address &+ 0x320 }
    static var timerInitialCount: UInt64 { address &+ 0x380 }
    static var timerCurrentCount: UInt64 { address &+ 0x390 }
    static var timerDivide: UInt64 { address &+ 0x3E0 }
}

extension Test {
    /// Starts the timer with an undivided count.
    fileprivate func startTimer(_ entry: UInt32, _ count: UInt32) {
        Memory.store32(0xB, at: LocalAPICPage.timerDivide)
        Memory.store32(entry, at: LocalAPICPage.timerVector)
        Memory.store32(count, at: LocalAPICPage.timerInitialCount)
    }

    /// Lets some nanoseconds go by.
    fileprivate func pass(_ time: UInt64) {
        let end = guest.now &+ time
        while guest.now < end {}
    }
}
