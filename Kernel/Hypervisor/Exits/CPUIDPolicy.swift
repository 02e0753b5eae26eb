// SPDX-License-Identifier: MIT
import Architecture
import CPU
import XenInterface

/// What CPUID tells a guest: the processor's own answers without what guests cannot use, and Xen's leaves.
struct CPUIDPolicy {
    /// The version of Xen whose interface this is: 4.17.
    static let xenVersion: UInt32 = 4 << 16 | 17

    /// The highest leaf of the processor that guests see.
    private static let highestBasicLeaf: UInt32 = 0xD

    /// The XCR0 components that guests may use.
    let extendedState: XCR0
    /// The clock's scale.
    let clock: Clock
    /// The vendor that guests see in place of the processor's; nil for the processor's own.
    let disguise: ProcessorVendor?

    /// Answers for an ordinary leaf, from what the processor answers.
    func filter(
        _ host: CPUIDResult, leaf: UInt32, subleaf: UInt32, apicIdentifier: UInt32, vcpuCount: UInt32, cr4: CR4
    ) -> CPUIDResult {
        var result = host
        switch leaf {
        case 0:
            result.eax = min(host.eax, CPUIDPolicy.highestBasicLeaf)
            if let (ebx, edx, ecx) = disguise?.signature { (result.ebx, result.edx, result.ecx) = (ebx, edx, ecx) }
        case 1:
            // Not for guests: MONITOR, DTES64, DS-CPL, VMX, SMX, EIST, TM2, PDCM, PCID, DCA, TSC-deadline.
            result.ecx &=
                ~(1 << 2 | 1 << 3 | 1 << 4 | 1 << 5 | 1 << 6 | 1 << 7 | 1 << 8 | 1 << 15 | 1 << 17 | 1 << 18 | 1 << 24)
            result.ecx |= 1 << 31 | 1 << 21  // there is a hypervisor, and an x2APIC
            result.ecx &= ~(1 << 27)
            if cr4.contains(.xsave) { result.ecx |= 1 << 27 }
            if extendedState.isEmpty { result.ecx &= ~(1 << 26 | 1 << 27 | 1 << 28 | 1 << 12 | 1 << 29) }
            // Not for guests: MCE, MCA, MTRR, debug store, thermal monitoring. PSE-36, APIC stay.
            result.edx &= ~(1 << 7 | 1 << 12 | 1 << 14 | 1 << 18 | 1 << 21 | 1 << 22 | 1 << 29 | 1 << 31)
            result.edx |= 1 << 9
            result.ebx = host.ebx & 0x0000_FFFF | min(vcpuCount &* 2, 255) &<< 16 | apicIdentifier &<< 24
        case 4 where host.eax & 31 != 0:
            result.eax = host.eax & 0x3FFF  // every cache belongs to one processor
        case 5, 6, 0xA:
            result = CPUIDResult()
        case 7:
            result = filterStructuredFeatures(host, subleaf: subleaf)
        case 0xB:
            result = topology(subleaf: subleaf, apicIdentifier: apicIdentifier, vcpuCount: vcpuCount)
        case 0xD:
            result = filterExtendedState(host, subleaf: subleaf)
        case 0x8000_0000:
            result.eax = min(host.eax, 0x8000_0008)
            if disguise != nil { (result.ebx, result.edx, result.ecx) = (0, 0, 0) }
        case 0x8000_0001:
            // Not for guests: SVM, the extended APIC space, instruction sampling, SKINIT, watchdog, lightweight profiling,
            // topology extensions, performance counters, MWAITX.
            result.ecx &=
                ~(1 << 2 | 1 << 3 | 1 << 10 | 1 << 12 | 1 << 13 | 1 << 15 | 1 << 22 | 1 << 23 | 1 << 24 | 1 << 28 | 1
                << 29)
            if extendedState.isEmpty { result.ecx &= ~(1 << 11 | 1 << 16) }
            result.edx &= ~(1 << 7 | 1 << 12 | 1 << 14)
        case 0x8000_0007:
            result = CPUIDResult(eax: 0, ebx: 0, ecx: 0, edx: host.edx & 1 << 8)
        case 0x8000_0008:
            result.ecx = 0
            result.ebx = 0
        default:
            if leaf > CPUIDPolicy.highestBasicLeaf && leaf < 0x8000_0000 || leaf > 0x8000_0008 {
                result = CPUIDResult()
            }
        }
        return result
    }

    private func filterStructuredFeatures(_ host: CPUIDResult, subleaf: UInt32) -> CPUIDResult {
        guard subleaf == 0 else { return CPUIDResult() }
        // For guests: FSGSBASE, BMI1, AVX2, SMEP, BMI2, ERMS, RDSEED, ADX, SMAP, CLFLUSHOPT, CLWB, SHA; and UMIP.
        let allowed: UInt32 =
            1 << 0 | 1 << 3 | 1 << 5 | 1 << 7 | 1 << 8 | 1 << 9 | 1 << 18 | 1 << 19 | 1 << 20 | 1 << 23 | 1 << 24 | 1
            << 29
        var ebx = host.ebx & allowed
        if !extendedState.contains(.avx) { ebx &= ~(1 << 5) }
        return CPUIDResult(eax: 0, ebx: ebx, ecx: host.ecx & 1 << 2, edx: 0)
    }

    /// Leaf 0xB: one processor to a core, all cores in one package.
    private func topology(subleaf: UInt32, apicIdentifier: UInt32, vcpuCount: UInt32) -> CPUIDResult {
        switch subleaf {
        case 0: CPUIDResult(eax: 1, ebx: 1, ecx: 1 << 8, edx: apicIdentifier)
        case 1: CPUIDResult(eax: 8, ebx: vcpuCount, ecx: 2 << 8 | 1, edx: apicIdentifier)
        default: CPUIDResult(eax: 0, ebx: 0, ecx: subleaf & 0xFF, edx: apicIdentifier)
        }
    }

    private func filterExtendedState(_ host: CPUIDResult, subleaf: UInt32) -> CPUIDResult {
        guard !extendedState.isEmpty else { return CPUIDResult() }
        var result = host
        switch subleaf {
        case 0:
            result.eax = host.eax & UInt32(truncatingIfNeeded: extendedState.rawValue)
            result.ecx = extendedState.contains(.avx) ? 832 : 576
            result.ebx = min(host.ebx, result.ecx)
            result.edx = 0
        case 1:
            result = CPUIDResult(eax: host.eax & 0b0111, ebx: 0, ecx: 0, edx: 0)
        case 2 where extendedState.contains(.avx): break
        default: result = CPUIDResult()
        }
        return result
    }

    /// Xen's leaves. (Xen public header `arch-x86/cpuid.h`)
    func xenLeaf(_ leaf: HypervisorLeaf, subleaf: UInt32, vcpu: UInt32, domain: UInt16) -> CPUIDResult {
        switch leaf {
        case .signature:
            CPUIDResult(
                eax: HypervisorLeaf.addressWidths.rawValue, ebx: HypervisorLeaf.signatureEBX,
                ecx: HypervisorLeaf.signatureECX, edx: HypervisorLeaf.signatureEDX)
        case .version: CPUIDResult(eax: CPUIDPolicy.xenVersion, ebx: 0, ecx: 0, edx: 0)
        case .hypercallPage: CPUIDResult(eax: 1, ebx: HypercallPage.modelSpecificRegister, ecx: 0, edx: 0)
        case .time: time(subleaf: subleaf)
        case .features:
            CPUIDResult(
                eax: ([.vcpuIdentifier, .domainIdentifier] as HypervisorFeatures).rawValue, ebx: vcpu,
                ecx: UInt32(domain), edx: 0)
        case .addressWidths: CPUIDResult()
        }
    }

    private func time(subleaf: UInt32) -> CPUIDResult {
        let kilohertz = UInt32(truncatingIfNeeded: clock.frequency / 1000)
        return switch subleaf {
        case 0: CPUIDResult(eax: 0, ebx: 2, ecx: kilohertz, edx: 0)
        case 1: CPUIDResult(eax: 0, ebx: 0, ecx: clock.multiplier, edx: UInt32(bitPattern: Int32(clock.shift)))
        case 2: CPUIDResult(eax: kilohertz, ebx: 0, ecx: 0, edx: 0)
        default: CPUIDResult()
        }
    }
}
