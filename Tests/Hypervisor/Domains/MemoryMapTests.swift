// SPDX-License-Identifier: MIT
import Testing
import XenInterface

@testable import Hypervisor

struct MemoryMapTests {
    private func range(_ number: UInt64) -> MemoryMapRange {
        var range = MemoryMapRange()
        range.start = PackedUInt64(number << 20)
        range.kind = MemoryMapKind.ram.rawValue
        return range
    }

    @Test("ranges come back in their order, and none beyond the last")
    func order() {
        var map = MemoryMap()
        #expect(map[0]?.kind == nil)
        for number in UInt64(0)..<3 { _ = map.append(range(number)) }
        #expect(map.count == 3)
        for index in 0..<3 { #expect(map[index]?.start.value == UInt64(index) << 20) }
        #expect(map[3]?.kind == nil)
        #expect(map[-1]?.kind == nil)
        #expect(map[Int.max]?.kind == nil)
    }

    @Test("the map holds 128 ranges and refuses the next")
    func limit() {
        var map = MemoryMap()
        var accepted = 0
        for number in UInt64(0)..<200 where map.append(range(number)) { accepted += 1 }
        #expect(accepted == 128)
        #expect(map.count == 128)
        #expect(map[127]?.start.value == 127 << 20)
    }
}
