// SPDX-License-Identifier: MIT
import GuestKit
import XenInterface

/// The clocks in the shared info page.
func clock(_ suite: inout Suite) {
    suite.test("clock: the record is whole, its multiplier is not 0") { test in
        let time = test.guest.vcpuInfo.time
        test.expect(time.version & 1, equals: 0)
        test.expect(time.version != 0)
        test.expect(time.tscToSystemMultiplier != 0)
        test.expect(time.tscShift > -32 && time.tscShift < 32)
    }
    suite.test("clock: runs forward, never back") { test in
        var last = test.guest.now
        for _ in 0..<1000 {
            let now = test.guest.now
            test.expect(now >= last)
            last = now
        }
    }
    suite.test("clock: sleeping until a time takes until that time") { test in
        let start = test.guest.now
        test.sleep(until: start &+ 5_000_000)
        test.expectReached(start &+ 5_000_000)
    }
    suite.test("clock: the TSC lies between its time stamp and now") { test in
        let time = test.guest.vcpuInfo.time
        test.expect(time.tscTimestamp <= Processor.timestamp)
    }
    suite.test("wall clock: the record is whole, and later than 2020") { test in
        let info = test.guest.sharedInfo
        test.expect(Memory.load32(info.field(info.layout.wallClockVersion)) & 1, equals: 0)
        let low = Memory.load32(info.field(info.layout.wallClockSeconds))
        let high = Memory.load32(info.field(info.layout.wallClockSecondsHigh))
        test.expect(UInt64(high) << 32 | UInt64(low) > 1_577_836_800)
        test.expect(Memory.load32(info.field(info.layout.wallClockNanoseconds)) < 1_000_000_000)
    }
}
