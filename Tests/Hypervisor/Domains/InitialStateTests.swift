// SPDX-License-Identifier: MIT
import Architecture
import Testing

@testable import Hypervisor

struct InitialStateTests {
    @Test("a PVH guest starts in flat 32-bit protected mode, with interrupts and paging off")
    func protectedMode() {
        let state = InitialState.protectedMode(entry: 0xFFFF_FFF0)
        #expect(state.instructionPointer == 0xFFFF_FFF0)
        #expect(state.flags.rawValue == 2)
        #expect(state.cr0.rawValue == 0x11)
        #expect(state.cr3 == 0)
        #expect(state.cr4.rawValue == 0)
        #expect(state.efer.rawValue == 0)
        #expect(state.code.attributes.rawValue == 0xC9B)
        for segment in [state.code, state.data, state.stack, state.extra] {
            #expect(segment.base == 0)
            #expect(segment.limit == .max)
        }
        for segment in [state.data, state.stack, state.extra] { #expect(segment.attributes.rawValue == 0xC93) }
        #expect(state.task == Segment(selector: 0, attributes: SegmentAttributes(rawValue: 0x8B), limit: 0x67, base: 0))
    }

    @Test("a start-up message starts in real mode at the page it names", arguments: [0, 1, 0x9F, 0xFF])
    func realMode(vector: UInt8) {
        let state = InitialState.realMode(vector: vector)
        #expect(state.instructionPointer == 0)
        #expect(state.code.selector == UInt16(vector) * 0x100)
        #expect(state.code.base == UInt64(vector) * 0x1000)
        #expect(state.code.limit == 0xFFFF)
        #expect(state.code.attributes.rawValue == 0x9B)
        #expect(state.data.attributes.rawValue == 0x93)
        #expect(state.data.base == 0)
        #expect(state.cr0.rawValue == 0x6000_0010)
        #expect(!state.cr0.contains(.protectionEnable))
        #expect(state.flags.rawValue == 2)
    }

    @Test("a virtual CPU starts with floating-point exceptions masked")
    func floatingPoint() throws {
        let hypervisor = TestHypervisor()
        let guest = try hypervisor.makeGuest()
        let area = guest.vcpu.floatingPoint.address
        #expect(
            PhysicalMemory.read(UInt16.self, at: area) & 0x3F == 0x3F
                || PhysicalMemory.read(UInt16.self, at: area) == 0x40)
        #expect(PhysicalMemory.read(UInt32.self, at: area.advanced(by: 24)) == 0x1F80)
        #expect(guest.vcpu.extendedControl == .x87)
    }
}
