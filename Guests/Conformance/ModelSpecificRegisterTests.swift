// SPDX-License-Identifier: MIT
import Architecture
import GuestKit
import XenInterface

/// Model-specific registers: those that a kernel needs, and clean faults for those that do not exist.
func modelSpecificRegisters(_ suite: inout Suite) {
    suite.test("MSR: reading one that does not exist raises #GP") { test in
        for register in Few<5, UInt32>([0x1234, 0x1FFF, 0x4000_0105, 0xC000_1FFF, 0xFFFF_FFFF]) {
            test.expect(Probe.readMSR(register), raises: .generalProtection)
        }
    }
    suite.test("MSR: writing one that does not exist raises #GP") { test in
        for register in Few<3, UInt32>([0x1234, 0x1FFF, 0xC000_1FFF]) {
            test.expect(Probe.writeMSR(register, 0), raises: .generalProtection)
        }
    }
    suite.test("MSR: EFER says that long mode is on") { test in
        let value = test.expectValue(Probe.readMSR(ModelSpecificRegister.extendedFeatureEnable))
        test.expect(value & 1 << 8 != 0)
        test.expect(value & 1 << 10 != 0)
    }
    suite.test("MSR: reserved bits of EFER raise #GP") { test in
        let efer = ModelSpecificRegister.extendedFeatureEnable
        let value = test.expectValue(Probe.readMSR(efer))
        test.expect(Probe.writeMSR(efer, value | 1 << 40), raises: .generalProtection)
        test.expect(test.expectValue(Probe.readMSR(efer)), equals: value)
    }
    suite.test("MSR: PAT keeps what is written") { test in
        let pat = ModelSpecificRegister.pageAttributeTable
        let value = test.expectValue(Probe.readMSR(pat))
        test.expect(Probe.writeMSR(pat, 0x0001_0406_0007_0406) == nil)
        test.expect(test.expectValue(Probe.readMSR(pat)), equals: 0x0001_0406_0007_0406)
        test.expect(Probe.writeMSR(pat, value) == nil)
    }
    suite.test("MSR: DEBUGCTL reads as 0") { test in
        test.expect(test.expectValue(Probe.readMSR(ModelSpecificRegister.debugControl)), equals: 0)
    }
    suite.test("MSR: the TSC runs") { test in
        let first = test.expectValue(Probe.readMSR(ModelSpecificRegister.timestamp))
        let second = test.expectValue(Probe.readMSR(ModelSpecificRegister.timestamp))
        test.expect(second > first)
    }
    systemCallRegisters(&suite)
    apicBase(&suite)
}

private func systemCallRegisters(_ suite: inout Suite) {
    suite.test("MSR: those of system calls keep what is written") { test in
        for register in Few<4, UInt32>([
            ModelSpecificRegister.systemCallSegments, ModelSpecificRegister.systemCallTarget,
            ModelSpecificRegister.kernelGSBase, ModelSpecificRegister.systemEnterTarget,
        ]) {
            let before = test.expectValue(Probe.readMSR(register))
            test.expect(Probe.writeMSR(register, 0x0010_2000) == nil)
            test.expect(test.expectValue(Probe.readMSR(register)), equals: 0x0010_2000)
            test.expect(Probe.writeMSR(register, before) == nil)
        }
    }
    suite.test("MSR: FS and GS bases are the bases of the segments") { test in
        let before = test.expectValue(Probe.readMSR(ModelSpecificRegister.gsBase))
        test.expect(Probe.writeMSR(ModelSpecificRegister.gsBase, 0x1234_5000) == nil)
        test.expect(test.expectValue(Probe.readMSR(ModelSpecificRegister.gsBase)), equals: 0x1234_5000)
        test.expect(Probe.writeMSR(ModelSpecificRegister.gsBase, before) == nil)
    }
}

private func apicBase(_ suite: inout Suite) {
    suite.test("MSR: APIC_BASE: the first vCPU, in xAPIC mode, at 0xFEE00000") { test in
        let value = test.expectValue(Probe.readMSR(ModelSpecificRegister.apicBase))
        test.expect(value, equals: 0xFEE0_0900)
    }
    suite.test("MSR: APIC_BASE: reserved bits raise #GP") { test in
        let value = test.expectValue(Probe.readMSR(ModelSpecificRegister.apicBase))
        test.expect(Probe.writeMSR(ModelSpecificRegister.apicBase, value | 1), raises: .generalProtection)
        test.expect(Probe.writeMSR(ModelSpecificRegister.apicBase, value | 1 << 60), raises: .generalProtection)
    }
}
