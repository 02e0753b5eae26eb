// SPDX-License-Identifier: MIT
import Testing

@testable import Machine

struct TimestampComparisonTests {
    /// What is found when two processors look in turns, of which the second has a counter that is off by so much.
    private func difference(offset: Int64) -> UInt64 {
        let comparison = TimestampComparison()
        comparison.begin()
        for round in 1...20 as ClosedRange<Int64> {
            let now = 10_000 + round * 10
            comparison.look { UInt64(now) }
            comparison.look { UInt64(now + 2 + offset) }
        }
        return comparison.found
    }

    @Test("a counter that is behind is found, and one that is ahead")
    func differences() {
        #expect(difference(offset: -500) == 498)
        #expect(difference(offset: 500) == 492)
    }

    @Test("counters that agree, or differ by less than the way from one to the other, are found to agree")
    func agreement() {
        #expect(difference(offset: 0) == 0)
        #expect(difference(offset: -2) == 0)
        #expect(difference(offset: 7) == 0)
    }

    @Test("a new comparison forgets what the one before has found")
    func again() {
        let comparison = TimestampComparison()
        comparison.look { 1000 }
        comparison.look { 900 }
        comparison.begin()
        comparison.look { 500 }
        #expect(comparison.found == 0)
    }
}
