// SPDX-License-Identifier: MIT
import Architecture
import GuestKit
import XenInterface

/// What CPUID shows and hides of the processor in its ordinary leaves.
func cpuidFeatures(_ suite: inout Suite) {
    suite.test("CPUID: machine checks, memory-type ranges and more than one thread are there") { test in
        for bit in Few<4, UInt32>([7, 12, 14, 28]) { test.expect(Processor.identify(1).edx & 1 << bit != 0) }
    }
    suite.test("CPUID: the debug store, thermal monitoring and the processor's serial number are hidden") { test in
        for bit in Few<4, UInt32>([18, 21, 29, 31]) { test.expect(Processor.identify(1).edx & 1 << bit, equals: 0) }
        for leaf in Few<4, UInt32>([3, 5, 6, 0xA]) {
            let result = Processor.identify(leaf)
            test.expect(result.eax | result.ebx | result.ecx | result.edx, equals: 0)
        }
    }
    suite.test("CPUID: safer mode, frequency scaling and capabilities for virtual machines are hidden") { test in
        // DTES64, MONITOR, DS-CPL, VMX, SMX, EIST, TM2, debugging by the silicon, xTPR, PDCM, DCA.
        for bit in Few<11, UInt32>([2, 3, 4, 5, 6, 7, 8, 11, 14, 15, 18]) {
            test.expect(Processor.identify(1).ecx & 1 << bit, equals: 0)
        }
    }
    suite.test("CPUID: AMD's node numbers, instruction sampling, topology and counters are hidden") { test in
        for bit in Few<14, UInt32>([2, 3, 9, 10, 12, 13, 15, 19, 22, 23, 24, 27, 28, 29]) {
            test.expect(Processor.identify(0x8000_0001).ecx & 1 << bit, equals: 0)
        }
    }
    suite.test("CPUID: AMD's second set of features repeats the first") { test in
        guard Processor.isByAMD else { return test.skip("the processor is none of AMD's") }
        let common: UInt32 = 0x0183_F3FF
        test.expect(Processor.identify(0x8000_0001).edx & common, equals: Processor.identify(1).edx & common)
    }
    suite.test("CPUID: the last leaf is 0xD, the last extended one 0x8000001E on AMD, else 0x80000008") { test in
        test.expect(Processor.identify(0).eax <= 0xD)
        test.expect(Processor.identify(0x8000_0000).eax <= (Processor.isByAMD ? 0x8000_001E : 0x8000_0008))
        for leaf in Few<4, UInt32>([0xE, 0x14, 0x8000_001F, 0x8000_0021]) {
            let result = Processor.identify(leaf)
            test.expect(result.eax | result.ebx | result.ecx | result.edx, equals: 0)
        }
    }
    suite.test("CPUID: leaf 0xB tells the local APIC's identifier, and of no topology") { test in
        for subleaf in Few<2, UInt32>([0, 1]) {
            let result = Processor.identify(0xB, subleaf)
            test.expect(result.eax | result.ebx | result.edx, equals: 0)
            test.expect(result.ecx, equals: subleaf)
        }
        test.expect(Processor.identify(0xB, 2).ecx, equals: 0)
    }
    cpuidFaulting(&suite)
}

private func cpuidFaulting(_ suite: inout Suite) {
    suite.test("CPUID: a kernel can make it raise #GP in user mode, but not for itself") { test in
        test.expect(test.expectValue(Probe.readMSR(0xCE)) & 1 << 31 != 0)
        test.expect(Probe.writeMSR(ModelSpecificRegister.miscellaneousFeatures, 1) == nil)
        test.expect(test.expectValue(Probe.readMSR(ModelSpecificRegister.miscellaneousFeatures)), equals: 1)
        test.expect(Probe.identifyInUserMode(0), raises: .generalProtection)
        test.expect(Processor.identify(HypervisorLeaf.signature.rawValue).ebx, equals: HypervisorLeaf.signatureEBX)
        test.expect(Probe.writeMSR(ModelSpecificRegister.miscellaneousFeatures, 0) == nil)
        test.expect(Probe.identifyInUserMode(0) == nil)
    }
    suite.test("MSR: MISC_FEATURES_ENABLES has one bit, PLATFORM_INFO cannot be written") { test in
        test.expect(Probe.writeMSR(ModelSpecificRegister.miscellaneousFeatures, 2), raises: .generalProtection)
        test.expect(Probe.writeMSR(0xCE, 1 << 31), raises: .generalProtection)
    }
}
