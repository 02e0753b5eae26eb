// SPDX-License-Identifier: MIT
import Architecture
import CPU

/// What CPUID tells a guest: the processor's own answers without what guests cannot use, as Xen's policy has them, and Xen's leaves.
struct CPUIDPolicy {
    /// The highest basic leaf that guests see.
    private static let highestBasicLeaf: UInt32 = 0xD

    /// The XCR0 components that guests may use.
    let extendedState: XCR0
    /// The clock's scale.
    let clock: Clock
    /// The vendor that guests see.
    let vendor: ProcessorVendor
    /// The same where it is not the processor's own; else nil.
    let disguise: ProcessorVendor?

    /// The highest extended leaf that guests see.
    private var highestExtendedLeaf: UInt32 { vendor == .intel ? 0x8000_0008 : 0x8000_001E }

    /// Answers for an ordinary leaf, from what the processor answers.
    func filter(_ host: CPUIDResult, leaf: UInt32, subleaf: UInt32, apicIdentifier: UInt32, cr4: CR4) -> CPUIDResult {
        leaf < 0x8000_0000
            ? filterBasic(host, leaf: leaf, subleaf: subleaf, apicIdentifier: apicIdentifier, cr4: cr4)
            : filterExtended(host, leaf: leaf)
    }

    private func filterBasic(
        _ host: CPUIDResult, leaf: UInt32, subleaf: UInt32, apicIdentifier: UInt32, cr4: CR4
    ) -> CPUIDResult {
        switch leaf {
        case 0:
            let (ebx, edx, ecx) = disguise?.signature ?? (host.ebx, host.edx, host.ecx)
            return CPUIDResult(eax: min(host.eax, CPUIDPolicy.highestBasicLeaf), ebx: ebx, ecx: ecx, edx: edx)
        case 1:
            return CPUIDResult(
                eax: host.eax, ebx: host.ebx & 0xFFFF | logicalProcessors(host.ebx) | apicIdentifier &<< 24,
                ecx: basicFeatures(host.ecx, cr4: cr4), edx: host.edx & CPUIDPolicy.commonFeatures | 1 << 9 | 1 << 28)
        case 2 where vendor == .intel: return host
        case 4 where vendor == .intel: return cache(host)
        case 7: return subleaf == 0 ? structuredFeatures(host) : CPUIDResult()
        // The leaf of the processors' topology tells the identifier alone.
        case 0xB where subleaf < 2: return CPUIDResult(eax: 0, ebx: 0, ecx: subleaf, edx: apicIdentifier)
        case 0xD: return filterExtendedState(host, subleaf: subleaf)
        default: return CPUIDResult()
        }
    }

    /// Identifiers of local APICs are twice the numbers of virtual CPUs: bits 23:16, how many a package has, double.
    private func logicalProcessors(_ ebx: UInt32) -> UInt32 {
        ebx & 1 << 23 == 0 ? max(ebx & 0x7F_0000, 1 &<< 16) &<< 1 : ebx & 0xFF_0000
    }

    /// A cache, by leaf 4: it belongs to one processor. Bits 31:26, the cores of a package less one, double as well.
    private func cache(_ host: CPUIDResult) -> CPUIDResult {
        guard host.eax & 0x1F != 0 else { return CPUIDResult() }
        var result = host
        result.eax = host.eax & 0x3FFF | ((host.eax &>> 25 | 1) & 0x3F) &<< 26
        return result
    }

    private func filterExtended(_ host: CPUIDResult, leaf: UInt32) -> CPUIDResult {
        switch leaf {
        case 0x8000_0000:
            let name = vendor == .intel ? (0, 0, 0) : disguise?.signature ?? (host.ebx, host.edx, host.ecx)
            return CPUIDResult(eax: min(host.eax, highestExtendedLeaf), ebx: name.0, ecx: name.2, edx: name.1)
        case 0x8000_0001: return extendedFeatures(host)
        case 0x8000_0002...0x8000_0004: return host
        case 0x8000_0005 where vendor != .intel: return host
        case 0x8000_0006: return vendor == .intel ? CPUIDResult(eax: 0, ebx: 0, ecx: host.ecx, edx: 0) : host
        case 0x8000_0007: return CPUIDResult(eax: 0, ebx: 0, ecx: 0, edx: host.edx & 1 << 8)
        case 0x8000_0008: return sizes(host)
        case 0x8000_0019, 0x8000_001A: return vendor == .intel ? CPUIDResult() : host
        default: return CPUIDResult()
        }
    }

    /// Leaf 0x80000008: the widths of addresses; and on AMD, bits 7:0 of ECX, the cores of a package less one, which double, and
    /// bits 15:12, how many bits of the identifier tell the core.
    private func sizes(_ host: CPUIDResult) -> CPUIDResult {
        guard vendor != .intel else { return CPUIDResult(eax: host.eax & 0xFFFF, ebx: 0, ecx: 0, edx: 0) }
        var cores = host.ecx & 0xF0FF
        if cores & 0xFF < 0x7F {
            if cores & 0xF000 != 0, cores & 0xF000 != 0xF000 { cores &+= 0x1000 }
            cores = cores & 0xF000 | (cores &<< 1 | 1) & 0xFF
        }
        // EFER has no bit for segment limits in 64-bit mode.
        return CPUIDResult(eax: host.eax & 0xFFFF, ebx: 1 << 20, ecx: cores, edx: 0)
    }
}
