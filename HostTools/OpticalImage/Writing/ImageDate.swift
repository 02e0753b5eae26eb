// SPDX-License-Identifier: MIT

/// A moment in the forms that images have for it; always in Greenwich time.
struct ImageDate {
    private let fields: (year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Int)

    /// The moment so many seconds after the start of 1970, held to the years 1900 to 2155 that a record can tell.
    init(_ time: Int64) {
        let first: Int64 = -2_208_988_800
        let last: Int64 = 5_869_583_999
        let time = min(max(time, first), last)
        // Days since 1 March 1600, a day after the leap day of a 400-year cycle.
        let days = Int((time - (time % 86_400 + 86_400) % 86_400) / 86_400) + 135_080
        let second = Int((time % 86_400 + 86_400) % 86_400)
        let (cycle, dayOfCycle) = days.quotientAndRemainder(dividingBy: 146_097)
        let yearOfCycle = (dayOfCycle - dayOfCycle / 1460 + dayOfCycle / 36_524 - dayOfCycle / 146_096) / 365
        let dayOfYear = dayOfCycle - (365 * yearOfCycle + yearOfCycle / 4 - yearOfCycle / 100)
        // Months from March on: five of them have 153 days.
        let month = (5 * dayOfYear + 2) / 153
        fields = (
            1600 + cycle * 400 + yearOfCycle + (month >= 10 ? 1 : 0), month >= 10 ? month - 9 : month + 3,
            dayOfYear - (153 * month + 2) / 5 + 1, second / 3600, second / 60 % 60, second % 60
        )
    }

    /// Years since 1900, month, day, hour, minute, second, quarter hours from Greenwich (ECMA-119, section 9.1.5).
    var record: [UInt8] {
        [fields.year - 1900, fields.month, fields.day, fields.hour, fields.minute, fields.second, 0].map { UInt8($0) }
    }

    /// Sixteen digits, the last two of them hundredths, and quarter hours from Greenwich (ECMA-119, section 8.4.26.1).
    var digits: [UInt8] {
        let numbers = [(fields.year, 4), (fields.month, 2), (fields.day, 2), (fields.hour, 2), (fields.minute, 2)]
        let text = (numbers + [(fields.second, 2), (0, 2)]).map { value, width in
            String(repeating: "0", count: width - String(value).count) + String(value)
        }
        return Array(text.joined().utf8) + [0]
    }
}
