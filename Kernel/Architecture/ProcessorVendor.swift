// SPDX-License-Identifier: MIT

/// Who has made a processor, as CPUID leaf 0 tells in EBX, EDX and ECX. (Intel SDM vol. 2A, CPUID; AMD APM vol. 3 §E.3.1)
public enum ProcessorVendor: Sendable {
    /// "AuthenticAMD", and Hygon, whose processors are the same.
    case amd
    /// "GenuineIntel".
    case intel
    /// Anybody else.
    case other

    /// The three registers of CPUID leaf 0 that hold the vendor's name.
    public typealias Signature = (ebx: UInt32, edx: UInt32, ecx: UInt32)

    private static let amdSignature: Signature = (0x6874_7541, 0x6974_6E65, 0x444D_4163)
    private static let hygonSignature: Signature = (0x6F67_7948, 0x6E65_476E, 0x656E_6975)
    private static let intelSignature: Signature = (0x756E_6547, 0x4965_6E69, 0x6C65_746E)

    /// The vendor of a signature.
    public init(_ signature: Signature) {
        if signature == ProcessorVendor.amdSignature || signature == ProcessorVendor.hygonSignature {
            self = .amd
        } else {
            self = signature == ProcessorVendor.intelSignature ? .intel : .other
        }
    }

    /// The vendor's signature; nil when it is not known.
    public var signature: Signature? {
        switch self {
        case .amd: ProcessorVendor.amdSignature
        case .intel: ProcessorVendor.intelSignature
        case .other: nil
        }
    }
}
