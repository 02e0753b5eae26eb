// SPDX-License-Identifier: MIT
import XenInterface

extension Guest {
    /// Where the guest's memory that begins at address 0 ends, as `memory_op` memory_map tells it; 0 if it does not.
    public var memoryEnd: UInt64 {
        var ranges: InlineArray<16, MemoryMapRange> = InlineArray(repeating: MemoryMapRange())
        let hypercalls = hypercalls
        let count: UInt32 = Memory.withAddress(of: &ranges) { buffer in
            var call = MemoryOperation.MemoryMap(entryCount: 16, buffer: buffer)
            return hypercalls.memory(.memoryMap, &call) == 0 ? call.entryCount : 0
        }
        for index in 0..<Int(min(count, 16)) {
            let range = ranges[index]
            if range.kind == MemoryMapKind.ram.rawValue, range.start.value == 0 { return range.size.value }
        }
        return 0
    }
}
