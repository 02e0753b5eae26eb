// SPDX-License-Identifier: MIT
import Testing

@testable import Machine

struct LowestCountsTests {
    @Test("one count agrees with nothing")
    func one() {
        var counts = LowestCounts()
        #expect(!counts.agree)
        counts.add(100_000)
        #expect(!counts.agree)
        #expect(counts.lowest == 100_000)
    }

    @Test("counts that were disturbed are outweighed by two that agree, in any order")
    func disturbed() {
        for order in [[500_000, 100_000, 100_050], [100_050, 500_000, 100_000], [100_000, 100_050, 500_000]] {
            var counts = LowestCounts()
            for count in order { counts.add(UInt64(count)) }
            #expect(counts.agree)
            #expect(counts.lowest == 100_000)
        }
    }

    @Test("counts agree to a part in 1024, and no further")
    func limit() {
        var counts = LowestCounts()
        counts.add(102_400)
        counts.add(102_500)
        #expect(counts.agree)
        counts.add(102_000)
        #expect(!counts.agree)
    }
}
