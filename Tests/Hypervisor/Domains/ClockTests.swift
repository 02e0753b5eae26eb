// SPDX-License-Identifier: MIT
import Testing

@testable import Hypervisor

struct ClockTests {
    /// Rates from that of a slow timer to beyond any processor, among them the ends of the ranges that need no shift.
    static let frequencies: [UInt64] = [
        1000, 32_768, 1_193_182, 14_318_180, 999_999_999, 1_000_000_000, 1_000_000_001, 1_999_999_999, 2_000_000_000,
        2_000_000_001, 2_394_567_891, 3_000_000_000, 4_000_000_001, 5_700_000_000, 100_000_000_000,
    ]

    @Test("the multiplier has its top bit set, so that guests lose no precision", arguments: frequencies)
    func multiplierRange(frequency: UInt64) {
        let clock = Clock(frequency: frequency, start: 0, wallClockSeconds: 0)
        #expect(clock.multiplier >= 1 << 31)
    }

    @Test("the time agrees with exact arithmetic to one part in 2^30, over a year", arguments: frequencies)
    func agreesWithExactArithmetic(frequency: UInt64) {
        let start: UInt64 = 123_456_789
        let clock = Clock(frequency: frequency, start: start, wallClockSeconds: 0)
        for seconds in [0, 1, 59, 3600, 86_400, 31_536_000] as [UInt64] {
            for extra in [0, 1, 7, frequency / 3] as [UInt64] {
                let ticks = seconds &* frequency &+ extra
                let exact = frequency.dividingFullWidth(ticks.multipliedFullWidth(by: 1_000_000_000)).quotient
                let measured = clock.nanoseconds(at: start &+ ticks)
                let difference = exact > measured ? exact - measured : measured - exact
                // A tick that a right shift drops, one nanosecond of rounding, and the fraction's 31 bits.
                #expect(difference <= exact >> 30 + 2 + 2_000_000_000 / frequency)
            }
        }
    }

    @Test("time never runs backwards", arguments: frequencies)
    func monotonic(frequency: UInt64) {
        let clock = Clock(frequency: frequency, start: .max - 5000, wallClockSeconds: 0)
        var previous: UInt64 = 0
        for tick in UInt64(0)..<10_000 {
            let now = clock.nanoseconds(at: clock.start &+ tick)
            #expect(now >= previous)
            previous = now
        }
    }

    @Test("guests that use the published scale come to the same time", arguments: frequencies)
    func publishedScale(frequency: UInt64) {
        let clock = Clock(frequency: frequency, start: 1000, wallClockSeconds: 0)
        let info = clock.timeInfo
        for ticks in [0, 1, 12_345, 9_876_543_210] as [UInt64] {
            let scaled = info.tscShift < 0 ? ticks >> UInt64(-info.tscShift) : ticks << UInt64(info.tscShift)
            let product = scaled.multipliedFullWidth(by: UInt64(info.tscToSystemMultiplier))
            let guest = info.systemTime + (product.high << 32 | product.low >> 32)
            #expect(guest == clock.nanoseconds(at: info.tscTimestamp + ticks))
        }
    }

    @Test("a rate that cannot be is taken for a slow one, and nothing traps", arguments: [0, 1, 999, UInt64.max])
    func absurdFrequency(frequency: UInt64) {
        let clock = Clock(frequency: frequency, start: 0, wallClockSeconds: 0)
        #expect(clock.frequency >= 1000)
        #expect(clock.multiplier >= 1 << 31)
        _ = clock.nanoseconds(at: .max)
    }

    @Test("now is after the start, and later is not earlier")
    func now() {
        let clock = Clock(frequency: 2_000_000_000, start: 0, wallClockSeconds: 0)
        let first = clock.now
        #expect(first > 0)
        #expect(clock.now >= first)
    }
}
