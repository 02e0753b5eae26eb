// SPDX-License-Identifier: MIT
import Architecture
import Testing

@testable import Hypervisor

/// Model-specific registers that always read the same.
struct FixedRegistersTests {
    static let all: [ProcessorVendor] = [.amd, .intel, .other]
    /// Registers that only one vendor has.
    static let intel: [UInt32] = [0x17, 0x3A, 0x1A0]
    static let amd: [UInt32] = [
        0xC000_0408, 0xC000_040A, 0xC001_0000, 0xC001_0007, 0xC001_0010, 0xC001_0015, 0xC001_001A, 0xC001_001D,
        0xC001_001F, 0xC001_0055, 0xC001_0114, 0xC001_0117, 0xC001_0200, 0xC001_020B, 0xC001_1023, 0xC001_1029,
        0xC001_102A, 0xC001_102C,
    ]

    @Test("some are there on every processor, and say nothing", arguments: all)
    func common(vendor: ProcessorVendor) {
        let registers = FixedRegisters(vendor: vendor)
        for index in [0, 1, 0x2C, 0x8B, 0x1D9, 0x6E0] as [UInt32] { #expect(registers.value(index) == 0) }
        for index in [0, 1, 0x2C, 0xCE] as [UInt32] { #expect(!registers.acceptsWrite(index, 0)) }
        #expect(registers.acceptsWrite(0x1D9, 0))
        #expect(!registers.acceptsWrite(0x1D9, 1))
        #expect(registers.acceptsWrite(0x6E0, 5))
        for index in [0x12, 0x480, 0xC001_0118, .max] as [UInt32] {
            #expect(registers.value(index) == nil)
            #expect(!registers.acceptsWrite(index, 0))
        }
    }

    @Test("two banks of machine checks report every error, and there is none", arguments: all)
    func machineChecks(vendor: ProcessorVendor) {
        let registers = FixedRegisters(vendor: vendor)
        #expect(registers.value(0x179) == 2)
        for bank in 0..<32 as Range<UInt32> {
            #expect(registers.value(0x400 + bank * 4) == (bank < 2 ? .max : 0))
            for offset in 1..<4 as Range<UInt32> { #expect(registers.value(0x400 + bank * 4 + offset) == 0) }
            #expect(registers.acceptsWrite(0x401 + bank * 4, 0))
            #expect(!registers.acceptsWrite(0x401 + bank * 4, 1 << 63))
            #expect(registers.acceptsWrite(0x400 + bank * 4, 3))
            #expect(registers.value(0x280 + bank) == 0)
        }
        #expect(registers.value(0x480) == nil)
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
        #expect(registers.acceptsWrite(0x8B, 0))
        #expect(!registers.acceptsWrite(0xC001_0020, 0))
    }

    @Test("a guest of any other processor has AMD's and not Intel's", arguments: [ProcessorVendor.amd, .other])
    func ofAMD(vendor: ProcessorVendor) {
        let registers = FixedRegisters(vendor: vendor)
        for index in FixedRegistersTests.amd {
            #expect(registers.value(index) != nil)
            #expect(registers.acceptsWrite(index, 0) == ![0xC001_0015, 0xC001_0055].contains(index))
        }
        for index in FixedRegistersTests.intel {
            #expect(registers.value(index) == nil)
            #expect(!registers.acceptsWrite(index, 0))
        }
        #expect(registers.value(0xC001_1029) == 2)  // LFENCE is serialising
        #expect(!registers.acceptsWrite(0x8B, 0))
        // Microcode can be loaded, which does nothing.
        #expect(registers.value(0xC001_0020) == nil)
        #expect(registers.acceptsWrite(0xC001_0020, 0))
    }

    @Test("a guest of an Intel processor finds VMX locked away")
    func featureControl() {
        let registers = FixedRegisters(vendor: .intel)
        #expect(registers.value(0x3A) == 1)
        #expect(!registers.acceptsWrite(0x3A, 5))
    }
}
