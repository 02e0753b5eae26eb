// SPDX-License-Identifier: MIT
import CPU

/// The rates of the time-stamp counter and of the local APIC's timer, measured against the interval timer.
public struct TimerCalibration: Sendable {
    /// Time-stamp counter ticks per second.
    public let timestampFrequency: UInt64
    /// Local APIC timer ticks per second.
    public let apicFrequency: UInt64

    /// Measures both at once for about ten milliseconds.
    public static func measure() -> TimerCalibration {
        let ticks: UInt16 = 11_932
        LocalAPIC.startCounting()
        let start = cpu_read_timestamp()
        LegacyDevices.waitForIntervalTimer(ticks: ticks)
        let timestamps = cpu_read_timestamp() &- start
        let counts = UInt64(LocalAPIC.elapsedCount)
        LocalAPIC.startTimer(count: 0)
        return TimerCalibration(
            timestampFrequency: perSecond(timestamps, over: ticks), apicFrequency: perSecond(counts, over: ticks))
    }

    private static func perSecond(_ count: UInt64, over ticks: UInt16) -> UInt64 {
        let (product, overflow) = count.multipliedReportingOverflow(by: LegacyDevices.intervalTimerFrequency)
        return max(overflow ? .max : product / UInt64(ticks), 1)
    }
}
