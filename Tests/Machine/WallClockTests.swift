// SPDX-License-Identifier: MIT
import Foundation
import Testing

@testable import Machine

struct WallClockTests {
    private var calendar: Calendar {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        return calendar
    }

    @Test("days are counted as the Gregorian calendar does, on every day from 1970 to 2100")
    func everyDay() throws {
        let calendar = calendar
        for days in 0..<47_847 {
            let date = Date(timeIntervalSince1970: Double(days) * 86_400)
            let parts = calendar.dateComponents([.year, .month, .day], from: date)
            let (year, month, day) = try (#require(parts.year), #require(parts.month), #require(parts.day))
            let counted = WallClock.daysSince1970(year: UInt64(year), month: UInt64(month), day: UInt64(day))
            if counted != UInt64(days) {
                Issue.record("\(year)-\(month)-\(day) is day \(days), not \(counted)")
                return
            }
        }
    }

    @Test(
        "leap days follow the rules of 4, 100 and 400 years",
        arguments: [(2000, 366), (2023, 365), (2024, 366), (2099, 365), (2100, 365), (2400, 366)])
    func leapYears(year: Int, length: Int) {
        let first = WallClock.daysSince1970(year: UInt64(year), month: 1, day: 1)
        let next = WallClock.daysSince1970(year: UInt64(year) + 1, month: 1, day: 1)
        #expect(next - first == UInt64(length))
    }

    @Test("a clock chip that holds nonsense does not trap")
    func nonsense() {
        for month in UInt64(0)...15 {
            for day in UInt64(0)...31 { _ = WallClock.daysSince1970(year: 2000, month: month, day: day) }
        }
        _ = WallClock.daysSince1970(year: 2165, month: 165, day: 165)
    }
}
