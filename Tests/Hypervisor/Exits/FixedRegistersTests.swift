// SPDX-License-Identifier: MIT
import Architecture
import Testing

@testable import Hypervisor

/// Model-specific registers that always read the same.
struct FixedRegistersTests {
    static let all: [ProcessorVendor] = [.amd, .intel, .other]
    /// Registers that only one vendor has.
    static let intel: [UInt32] = [0x3A, 0xCE, 0x140, 0x1A0]
    static let amd: [UInt32] = [
        0xC001_0010, 0xC001_0015, 0xC001_001D, 0xC001_001F, 0xC001_0055, 0xC001_1004, 0xC001_1005, 0xC001_1020,
        0xC001_0000, 0xC001_0007, 0xC001_0114, 0xC001_1029,
    ]

    @Test("some are there on every processor, and say nothing", arguments: all)
    func common(vendor: ProcessorVendor) {
        let registers = FixedRegisters(vendor: vendor)
        for index in [0x1D9, 0x179, 0x17, 0x8B] as [UInt32] { #expect(registers.value(index) == 0) }
        #expect(registers.acceptsWrite(0x1D9, 0))
        #expect(!registers.acceptsWrite(0x1D9, 1))
        #expect(registers.acceptsWrite(0x8B, 0))
        for index in [0x12, 0x480, 0xC001_0117, .max] as [UInt32] {
            #expect(registers.value(index) == nil)
            #expect(!registers.acceptsWrite(index, 0))
        }
    }

    @Test("a guest of an Intel processor has Intel's and not AMD's")
    func ofIntel() {
        let registers = FixedRegisters(vendor: .intel)
        for index in FixedRegistersTests.intel { #expect(registers.value(index) != nil) }
        for index in FixedRegistersTests.amd {
            #expect(registers.value(index) == nil)
            #expect(!registers.acceptsWrite(index, 0))
        }
        #expect(registers.acceptsWrite(0x1A0, 0))
    }

    @Test("a guest of any other processor has AMD's and not Intel's", arguments: [ProcessorVendor.amd, .other])
    func ofAMD(vendor: ProcessorVendor) {
        let registers = FixedRegisters(vendor: vendor)
        for index in FixedRegistersTests.amd { #expect(registers.value(index) != nil) }
        for index in FixedRegistersTests.intel {
            #expect(registers.value(index) == nil)
            #expect(!registers.acceptsWrite(index, 0))
        }
        #expect(registers.value(0xC001_1029) == 2)  // LFENCE is serialising
        #expect(registers.acceptsWrite(0xC001_0015, 0))
        #expect(!registers.acceptsWrite(0xC001_0010, 0))
    }

    @Test("a guest of an Intel processor finds VMX locked away")
    func featureControl() {
        let registers = FixedRegisters(vendor: .intel)
        #expect(registers.value(0x3A) == 1)
        #expect(!registers.acceptsWrite(0x3A, 5))
    }
}
