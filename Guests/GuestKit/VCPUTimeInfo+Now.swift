// SPDX-License-Identifier: MIT
import XenInterface

extension VCPUTimeInfo {
    /// The system time in nanoseconds at a value of the TSC.
    public func nanoseconds(at timestamp: UInt64) -> UInt64 {
        let ticks = timestamp &- tscTimestamp
        let shifted = tscShift >= 0 ? ticks &<< UInt64(tscShift) : ticks &>> UInt64(-Int(tscShift))
        let scaled = shifted.multipliedFullWidth(by: UInt64(tscToSystemMultiplier))
        return systemTime &+ (scaled.high &<< 32 | scaled.low &>> 32)
    }

    /// The system time in nanoseconds now.
    public var now: UInt64 { nanoseconds(at: Processor.timestamp) }

    /// Ticks of the TSC in a second.
    public var frequency: UInt64 {
        guard tscToSystemMultiplier != 0 else { return 0 }
        let unshifted = (1_000_000_000 as UInt64 &<< 32) / UInt64(tscToSystemMultiplier)
        return tscShift >= 0 ? unshifted &>> UInt64(tscShift) : unshifted &<< UInt64(-Int(tscShift))
    }
}
