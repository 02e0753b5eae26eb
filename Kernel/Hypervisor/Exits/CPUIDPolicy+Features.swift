// SPDX-License-Identifier: MIT
import Architecture
import CPU

/// The features that guests see, where the processor has them: those that Xen shows a domain with nested paging, but for protection
/// against speculation, process-context identifiers, the TSC-deadline timer, and what needs more than AVX.
/// (Intel SDM vol. 2A, CPUID; AMD APM vol. 3, appendix E; Xen public header `arch-x86/cpufeatureset.h`)
extension CPUIDPolicy {
    /// Leaf 1, EDX, which on AMD also begins EDX of leaf 0x80000001: not the serial number, the debug store, thermal monitoring.
    static let commonFeatures: UInt32 = 0x0FCB_FBFF

    /// Leaf 1, ECX.
    func basicFeatures(_ host: UInt32, cr4: CR4) -> UInt32 {
        // SSE3, PCLMULQDQ, SSSE3, FMA, CMPXCHG16B, SSE4.1, SSE4.2, MOVBE, POPCNT, AES, XSAVE, AVX, F16C, RDRAND.
        let allowed: UInt32 =
            1 << 0 | 1 << 1 | 1 << 9 | 1 << 12 | 1 << 13 | 1 << 19 | 1 << 20 | 1 << 22 | 1 << 23 | 1 << 25 | 1 << 26
            | 1 << 28 | 1 << 29 | 1 << 30
        var result = host & allowed | 1 << 31 | 1 << 21  // there is a hypervisor, and an x2APIC
        if extendedState.isEmpty { return result & ~(1 << 12 | 1 << 26 | 1 << 28 | 1 << 29) }
        if cr4.contains(.xsave) { result |= 1 << 27 }
        return result
    }

    /// Leaf 7, subleaf 0.
    func structuredFeatures(_ host: CPUIDResult) -> CPUIDResult {
        // FSGSBASE, BMI1, AVX2, SMEP, BMI2, ERMS, RDSEED, ADX, SMAP, CLFLUSHOPT, CLWB, SHA; and UMIP.
        let allowed: UInt32 =
            1 << 0 | 1 << 3 | 1 << 5 | 1 << 7 | 1 << 8 | 1 << 9 | 1 << 18 | 1 << 19 | 1 << 20 | 1 << 23 | 1 << 24 | 1
            << 29
        var ebx = host.ebx & allowed
        if !extendedState.contains(.avx) { ebx &= ~(1 << 5) }
        return CPUIDResult(eax: 0, ebx: ebx, ecx: host.ecx & 1 << 2, edx: 0)
    }

    /// Leaf 0x80000001.
    func extendedFeatures(_ host: CPUIDResult) -> CPUIDResult {
        // LAHF, CR8 by MOV, LZCNT, SSE4A, misaligned SSE, prefetch, XOP, FMA4, TBM.
        var ecx =
            host.ecx & (1 << 0 | 1 << 4 | 1 << 5 | 1 << 6 | 1 << 7 | 1 << 8 | 1 << 11 | 1 << 16 | 1 << 21)
        if extendedState.isEmpty { ecx &= ~(1 << 11 | 1 << 16) }
        // SYSCALL, no-execute, MMX extensions, fast FXSR, pages of 1 GiB, RDTSCP, long mode, 3DNow!.
        let own: UInt32 =
            1 << 11 | 1 << 20 | 1 << 22 | 1 << 25 | 1 << 26 | 1 << 27 | 1 << 29 | 1 << 30 | 1 << 31
        // Bits that have the same meaning as in leaf 1: AMD only.
        let common: UInt32 = vendor == .intel ? 0 : 0x0183_F3FF
        return CPUIDResult(
            eax: vendor == .intel ? 0 : host.eax, ebx: vendor == .intel ? 0 : host.ebx & 0xFF00_FFFF, ecx: ecx,
            edx: host.edx & (own | common) | common & 1 << 9)
    }

    /// Leaf 0xD: the state that XSAVE saves.
    func filterExtendedState(_ host: CPUIDResult, subleaf: UInt32) -> CPUIDResult {
        guard !extendedState.isEmpty else { return CPUIDResult() }
        switch subleaf {
        case 0:
            let size: UInt32 = extendedState.contains(.avx) ? 832 : 576
            return CPUIDResult(
                eax: host.eax & UInt32(truncatingIfNeeded: extendedState.rawValue), ebx: min(host.ebx, size), ecx: size,
                edx: 0)
        case 1: return CPUIDResult(eax: host.eax & 0b0111, ebx: 0, ecx: 0, edx: 0)
        case 2 where extendedState.contains(.avx): return host
        default: return CPUIDResult()
        }
    }
}
