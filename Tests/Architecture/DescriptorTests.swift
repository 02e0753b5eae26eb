// SPDX-License-Identifier: MIT
import Architecture
import Testing

/// Descriptors and gates as AMD APM vol. 2 §4.7 and §4.8 draw them.
struct DescriptorTests {
    @Test("a gate has its target in three pieces, its selector, its stack, and is present")
    func gate() {
        let gate = Gate(target: 0x1122_3344_5566_7788, codeSelector: 0xABCD, stack: 3)
        #expect(gate.low & 0xFFFF == 0x7788)
        #expect(gate.low >> 16 & 0xFFFF == 0xABCD)
        #expect(gate.low >> 32 & 0xFF == 3)
        #expect(gate.low >> 40 & 0xFF == 0x8E)  // present, privilege level 0, interrupt gate
        #expect(gate.low >> 48 == 0x5566)
        #expect(gate.high == 0x1122_3344)
        #expect(MemoryLayout<Gate>.size == 16)
    }

    @Test("a gate has three bits for its stack")
    func gateStack() {
        #expect(Gate(target: 0, codeSelector: 0, stack: 0xFF).low == 0x8E07 << 32)
        #expect(Gate(target: 0, codeSelector: 8, stack: 0).low == 0x8E00 << 32 | 8 << 16)
    }

    @Test("a task state descriptor has its base in four pieces and its limit in bytes")
    func taskState() {
        let descriptor = TaskStateDescriptor(base: 0x1122_3344_5566_7788, limit: 0x67)
        #expect(descriptor.low & 0xFFFF == 0x67)
        #expect(descriptor.low >> 16 & 0xFF_FFFF == 0x66_7788)
        #expect(descriptor.low >> 40 & 0xFF == 0x89)  // present, available 64-bit task state
        #expect(descriptor.low >> 48 & 0xFF == 0)
        #expect(descriptor.low >> 56 == 0x55)
        #expect(descriptor.high == 0x1122_3344)
        #expect(MemoryLayout<TaskStateDescriptor>.size == 16)
    }

    @Test("the segments of a PVH start are flat, present and of privilege level 0")
    func segments() {
        #expect(Segment.flatCode32.attributes.rawValue == 0xC9B)
        #expect(Segment.flatData.attributes.rawValue == 0xC93)
        #expect(Segment.initialTask.attributes.rawValue == 0x08B)
        #expect(Segment.initialTask.limit == 0x67)
        for segment in [Segment.flatCode32, .flatData] {
            #expect(segment.base == 0)
            #expect(segment.limit == .max)
            #expect(segment.attributes.contains([.present, .default32]))
            #expect(!segment.attributes.contains(.long))
            #expect(segment.attributes.privilegeLevel == 0)
        }
        #expect(SegmentAttributes(rawValue: 0xCFB).privilegeLevel == 3)
        #expect(!Segment.null.attributes.contains(.present))
    }
}
