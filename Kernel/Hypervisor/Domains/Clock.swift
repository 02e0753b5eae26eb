// SPDX-License-Identifier: MIT
import CPU
import XenInterface

/// System time: nanoseconds since the hypervisor started, from the time-stamp counter. Guests compute the same number from
/// the scale in their `vcpu_time_info`. (Xen public header `xen.h`, struct vcpu_time_info)
public struct Clock: Sendable {
    /// The counter's rate in ticks per second.
    public let frequency: UInt64
    /// The counter at system time zero.
    public let start: UInt64
    /// Nanoseconds per tick as a fraction of 2^32, after the shift.
    public let multiplier: UInt32
    /// The power of two that a number of ticks is multiplied with first.
    public let shift: Int8
    /// The date at system time zero: seconds since 1970.
    public let wallClockSeconds: UInt64

    /// A clock that starts when the counter stands at `start`.
    public init(frequency: UInt64, start: UInt64, wallClockSeconds: UInt64) {
        self.frequency = max(frequency, 1000)
        self.start = start
        self.wallClockSeconds = wallClockSeconds
        var scaled = self.frequency
        var shift: Int8 = 0
        while scaled > 2_000_000_000 {
            scaled >>= 1
            shift -= 1
        }
        while scaled <= 1_000_000_000 {
            scaled <<= 1
            shift += 1
        }
        multiplier = UInt32(truncatingIfNeeded: (1_000_000_000 << 32) / scaled)
        self.shift = shift
    }

    /// The system time now.
    @inline(__always)
    public var now: UInt64 { nanoseconds(at: cpu_read_timestamp()) }

    /// The system time at a reading of the counter.
    @inline(__always)
    public func nanoseconds(at timestamp: UInt64) -> UInt64 {
        let ticks = timestamp &- start
        let scaled = shift < 0 ? ticks &>> UInt64(-shift) : ticks &<< UInt64(shift)
        let product = scaled.multipliedFullWidth(by: UInt64(multiplier))
        return product.high &<< 32 | product.low &>> 32
    }

    /// What a guest reads: the scale, and one pair of readings.
    public var timeInfo: VCPUTimeInfo {
        var info = VCPUTimeInfo()
        info.tscTimestamp = start
        info.systemTime = 0
        info.tscToSystemMultiplier = multiplier
        info.tscShift = shift
        return info
    }
}
