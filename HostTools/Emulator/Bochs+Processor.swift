// SPDX-License-Identifier: MIT

extension Bochs {
    /// The models of Bochs 2.7 that have an extension for virtual machines, by the names that its configuration uses.
    ///
    /// What each has was read off the machine: CPUID, and for Intel the VMX capability registers (SDM vol. 3D, appendix A).
    public enum Processor: String, Sendable, CaseIterable {
        case skylakeX = "corei7_skylake_x"
        case sandyBridge = "corei7_sandy_bridge_2600k"
        case arrandale = "corei5_arrandale_m520"
        case ivyBridge = "corei7_ivy_bridge_3770k"
        case haswell = "corei7_haswell_4770"
        case broadwell = "broadwell_ult"
        case cannonLake = "corei3_cnl"
        case iceLake = "corei7_icelake_u"
        case tigerLake = "tigerlake"
        case penryn = "core2_penryn_t9600"
        case ryzen
        case zambezi
        case trinity = "trinity_apu"
        case toliman = "phenom_8650_toliman"
        case tyler = "turion64_tyler"

        /// Who makes it.
        public var vendor: ProcessorVendor {
            switch self {
            case .ryzen, .zambezi, .trinity, .toliman, .tyler: .amd
            default: .intel
            }
        }

        /// The model that stands for its vendor where none is named.
        public static func usual(of vendor: ProcessorVendor) -> Processor {
            switch vendor {
            case .amd: .ryzen
            case .intel: .skylakeX
            }
        }

        /// Whether it translates guest-physical addresses by itself: EPT or NPT. The hypervisor cannot do without.
        public var hasNestedPaging: Bool {
            switch self {
            case .penryn, .tyler: false
            default: true
            }
        }

        /// Whether it has Intel's virtual local APIC (APICv).
        public var hasVirtualAPIC: Bool {
            switch self {
            case .haswell, .broadwell, .skylakeX, .iceLake, .tigerLake: true
            default: false
            }
        }

        /// What it has, in a few words.
        public var summary: String {
            switch vendor {
            case .amd: hasNestedPaging ? "SVM" : "SVM without nested paging: refused"
            case .intel: !hasNestedPaging ? "VMX without EPT: refused" : hasVirtualAPIC ? "VMX, APICv" : "VMX"
            }
        }
    }
}
