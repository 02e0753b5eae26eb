// SPDX-License-Identifier: MIT
import Architecture
import GuestKit

/// Registers of memory types and of machine checks: a domain has them, though they have no effect.
func memoryTypes(_ suite: inout Suite) {
    suite.test("MTRR: eight variable ranges and fixed ones; at first all memory is write-back") { test in
        test.expect(test.expectValue(Probe.readMSR(0xFE)), equals: 0x508)
        test.expect(test.expectValue(Probe.readMSR(0x2FF)), equals: 0x806)
        test.expect(Probe.writeMSR(0xFE, 0x508), raises: .generalProtection)
    }
    suite.test("MTRR: all of them keep what is written") { test in
        for register in Few<6, UInt32>([0x200, 0x20E, 0x250, 0x259, 0x26F, 0x2FF]) {
            let before = test.expectValue(Probe.readMSR(register))
            let value: UInt64 = register < 0x210 ? 0x1234_5006 : register == 0x2FF ? 0xC05 : 0x0605_0401_0006_0505
            test.expect(Probe.writeMSR(register, value) == nil)
            test.expect(test.expectValue(Probe.readMSR(register)), equals: value)
            test.expect(Probe.writeMSR(register, before) == nil)
        }
        test.expect(Probe.writeMSR(0x20F, 0x1234_5800) == nil)
        test.expect(test.expectValue(Probe.readMSR(0x20F)), equals: 0x1234_5800)
        test.expect(Probe.writeMSR(0x20F, 0) == nil)
        for register in Few<3, UInt32>([0x210, 0x251, 0x270]) {
            test.expect(Probe.readMSR(register), raises: .generalProtection)
        }
    }
    suite.test("MTRR: types that do not exist, and reserved bits, raise #GP") { test in
        for (register, value) in Few<9, (UInt32, UInt64)>([
            (0x200, 2), (0x200, 0x106), (0x201, 0x400), (0x201, 1 << 60), (0x2FF, 0x803), (0x2FF, 0x1806),
            (0x2FF, 0x906), (0x250, 7 << 56), (0x268, 2 << 8),
        ]) {
            test.expect(Probe.writeMSR(register, value), raises: .generalProtection)
        }
    }
    suite.test("machine checks: two banks, and no error in them") { test in
        test.expect(test.expectValue(Probe.readMSR(0x179)) & 0xFF, equals: 2)
        test.expect(test.expectValue(Probe.readMSR(0x17A)), equals: 0)
        for bank in Few<2, UInt32>([0, 1]) {
            test.expect(test.expectValue(Probe.readMSR(0x400 + bank * 4)), equals: .max)
            test.expect(test.expectValue(Probe.readMSR(0x401 + bank * 4)), equals: 0)
            test.expect(Probe.writeMSR(0x401 + bank * 4, 0) == nil)
            test.expect(Probe.writeMSR(0x401 + bank * 4, 1 << 63), raises: .generalProtection)
        }
    }
    suite.test("MSR: those of AMD that a kernel asks for read as 0; HWCR cannot be written") { test in
        guard Processor.isByAMD else { return test.skip("the processor is none of AMD's") }
        for register in Few<6, UInt32>([0xC001_0010, 0xC001_0015, 0xC001_001A, 0xC001_001D, 0xC001_001F, 0xC001_0055]) {
            test.expect(test.expectValue(Probe.readMSR(register)), equals: 0)
        }
        test.expect(Probe.writeMSR(0xC001_0015, 0), raises: .generalProtection)
        test.expect(Probe.writeMSR(0xC001_0010, 0) == nil)
        test.expect(Probe.writeMSR(0xC001_0020, 0) == nil)
        test.expect(Probe.readMSR(0xC001_0020), raises: .generalProtection)
    }
    suite.test("MSR: the deadline of the local APIC's timer is 0 while its mode is another") { test in
        test.expect(Probe.writeMSR(0x6E0, 1) == nil)
        test.expect(test.expectValue(Probe.readMSR(0x6E0)), equals: 0)
    }
}
