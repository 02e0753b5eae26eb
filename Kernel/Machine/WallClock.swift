// SPDX-License-Identifier: MIT
import CPU

/// The date in the battery-backed clock: seconds since 1970, in UTC as emulators set it.
public enum WallClock {
    /// Reads the clock twice until both readings agree, so that no update lies between its registers.
    public static func secondsSince1970() -> UInt64 {
        var previous = read()
        for _ in 0..<1000 {
            let current = read()
            if current == previous { return current }
            previous = current
        }
        return previous
    }

    private static func read() -> UInt64 {
        let isBinary = register(0x0B) & 4 != 0
        let number = { (index: UInt8) -> UInt64 in
            let raw = UInt64(register(index))
            return isBinary ? raw : (raw >> 4) &* 10 &+ (raw & 15)
        }
        let days = daysSince1970(year: 2000 &+ number(0x09), month: number(0x08), day: number(0x07))
        return ((days &* 24 &+ number(0x04)) &* 60 &+ number(0x02)) &* 60 &+ number(0x00)
    }

    private static func register(_ index: UInt8) -> UInt8 {
        cpu_out8(0x70, index)
        return cpu_in8(0x71)
    }

    /// Days from 1 January 1970 to a date of the Gregorian calendar; years are counted from March, so that the leap day is
    /// the last of its year.
    static func daysSince1970(year: UInt64, month: UInt64, day: UInt64) -> UInt64 {
        let marchYear = month > 2 ? year : year &- 1
        let marchMonth = month > 2 ? month &- 3 : month &+ 9
        let dayOfYear = (153 &* marchMonth &+ 2) / 5 &+ day &- 1
        return marchYear &* 365 &+ marchYear / 4 &- marchYear / 100 &+ marchYear / 400 &+ dayOfYear &- 719_468
    }
}
