// SPDX-License-Identifier: MIT
import CPU
import XenInterface

/// Xen's leaves. (Xen public header `arch-x86/cpuid.h`)
extension CPUIDPolicy {
    /// The version of Xen whose interface this is: 4.17.
    static let xenVersion: UInt32 = 4 << 16 | 17

    /// Answers for one of them.
    func xenLeaf(_ leaf: HypervisorLeaf, subleaf: UInt32, vcpu: UInt32, domain: UInt16) -> CPUIDResult {
        switch leaf {
        case .signature:
            return CPUIDResult(
                eax: HypervisorLeaf.addressWidths.rawValue, ebx: HypervisorLeaf.signatureEBX,
                ecx: HypervisorLeaf.signatureECX, edx: HypervisorLeaf.signatureEDX)
        case .version: return CPUIDResult(eax: CPUIDPolicy.xenVersion, ebx: 0, ecx: 0, edx: 0)
        case .hypercallPage:
            return CPUIDResult(eax: 1, ebx: HypercallPage.modelSpecificRegister, ecx: 0, edx: 0)
        case .time: return time(subleaf: subleaf)
        case .features where subleaf == 0:
            let features: HypervisorFeatures = [.iommuMappings, .vcpuIdentifier, .domainIdentifier, .upcallVector]
            return CPUIDResult(eax: features.rawValue, ebx: vcpu, ecx: UInt32(domain), edx: 0)
        case .features, .addressWidths: return CPUIDResult()
        }
    }

    /// The time-stamp counter: that it is the machine's (2) and was set once; its scale; its rate.
    private func time(subleaf: UInt32) -> CPUIDResult {
        let kilohertz = UInt32(truncatingIfNeeded: clock.frequency / 1000)
        return switch subleaf {
        case 0: CPUIDResult(eax: 0, ebx: 2, ecx: kilohertz, edx: 1)
        case 1: CPUIDResult(eax: 0, ebx: 0, ecx: clock.multiplier, edx: UInt32(bitPattern: Int32(clock.shift)))
        case 2: CPUIDResult(eax: kilohertz, ebx: 0, ecx: 0, edx: 0)
        default: CPUIDResult()
        }
    }
}
