// SPDX-License-Identifier: MIT
import CPU

/// The rates of the time-stamp counter and of the local APIC's timer, measured against the interval timer.
public struct TimerCalibration: Sendable {
    /// Time-stamp counter ticks per second.
    public let timestampFrequency: UInt64
    /// Local APIC timer ticks per second.
    public let apicFrequency: UInt64

    /// Measures both at once for five milliseconds, again and again until the two lowest counts agree to a part in 1024. What disturbs
    /// a measurement, such as a host that puts an emulator aside, makes it too long and never too short: so the lowest counts.
    public static func measure() -> TimerCalibration {
        let ticks: UInt16 = 5_966
        var timestamps = LowestCounts()
        var counts = LowestCounts()
        for _ in 0..<16 where !(timestamps.agree && counts.agree) {
            LocalAPIC.startCounting()
            let start = cpu_read_timestamp()
            LegacyDevices.waitForIntervalTimer(ticks: ticks)
            timestamps.add(cpu_read_timestamp() &- start)
            counts.add(UInt64(LocalAPIC.elapsedCount))
        }
        LocalAPIC.startTimer(count: 0)
        return TimerCalibration(
            timestampFrequency: perSecond(timestamps.lowest, over: ticks),
            apicFrequency: perSecond(counts.lowest, over: ticks))
    }

    private static func perSecond(_ count: UInt64, over ticks: UInt16) -> UInt64 {
        let (product, overflow) = count.multipliedReportingOverflow(by: LegacyDevices.intervalTimerFrequency)
        return max(overflow ? .max : product / UInt64(ticks), 1)
    }
}

/// The two lowest of some counts.
struct LowestCounts {
    private(set) var lowest = UInt64.max
    private var second = UInt64.max

    /// Whether there are two that agree to a part in 1024.
    var agree: Bool { second != .max && second &- lowest <= lowest >> 10 }

    /// Takes one into account.
    mutating func add(_ count: UInt64) {
        second = min(second, max(count, lowest))
        lowest = min(lowest, count)
    }
}
