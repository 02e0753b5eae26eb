// SPDX-License-Identifier: MIT

/// The CPUID leaves of the hypervisor (Xen public header `arch-x86/cpuid.h`).
public enum HypervisorLeaf: UInt32, CaseIterable, Sendable {
    /// EAX: the last leaf. EBX, ECX, EDX: the signature.
    case signature = 0x4000_0000
    /// EAX: major version << 16 | minor version.
    case version = 0x4000_0001
    /// EAX: how many hypercall pages. EBX: the MSR that places one.
    case hypercallPage = 0x4000_0002
    /// The TSC: three subleaves.
    case time = 0x4000_0003
    /// EAX: `HypervisorFeatures`. EBX: the vCPU's number. ECX: the domain's.
    case features = 0x4000_0004
    /// PV only: widths of addresses.
    case addressWidths = 0x4000_0005

    /// "XenV", in EBX of leaf `signature`.
    public static var signatureEBX: UInt32 { 0x566E_6558 }
    /// "MMXe", in ECX of leaf `signature`.
    public static var signatureECX: UInt32 { 0x6558_4D4D }
    /// "nVMM", in EDX of leaf `signature`.
    public static var signatureEDX: UInt32 { 0x4D4D_566E }
}

/// The bits of EAX in leaf `HypervisorLeaf.features` (`XEN_HVM_CPUID_*`).
public struct HypervisorFeatures: OptionSet, Sendable {
    /// The bits.
    public var rawValue: UInt32

    /// The features whose bits are set.
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// The hardware virtualises APIC registers.
    public static var apicRegisters: HypervisorFeatures { HypervisorFeatures(rawValue: 1 << 0) }
    /// The hardware virtualises x2APIC accesses.
    public static var x2APIC: HypervisorFeatures { HypervisorFeatures(rawValue: 1 << 1) }
    /// Mappings of foreign pages are valid for devices.
    public static var iommuMappings: HypervisorFeatures { HypervisorFeatures(rawValue: 1 << 2) }
    /// EBX holds the vCPU's number.
    public static var vcpuIdentifier: HypervisorFeatures { HypervisorFeatures(rawValue: 1 << 3) }
    /// ECX holds the domain's number.
    public static var domainIdentifier: HypervisorFeatures { HypervisorFeatures(rawValue: 1 << 4) }
    /// Message-signalled interrupts take 15-bit destinations.
    public static var extendedDestination: HypervisorFeatures { HypervisorFeatures(rawValue: 1 << 5) }
    /// Each vCPU can have an interrupt vector of its own for events.
    public static var upcallVector: HypervisorFeatures { HypervisorFeatures(rawValue: 1 << 6) }
}
