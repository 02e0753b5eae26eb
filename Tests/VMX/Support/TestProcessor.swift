// SPDX-License-Identifier: MIT
@testable import VMX

/// The capability registers of a processor that has all that Apus needs, and insists on what processors insist on. (Intel SDM
/// vol. 3D appendix A)
struct TestProcessor {
    /// The registers by their index: required bits in the lower half of a control's, possible ones in the upper.
    var registers: [UInt32: UInt64] = [
        0x480: 1 << 55 | 1 << 54 | 0x12,
        0x481: 0x0000_007F_0000_0016,
        0x482: 0xFFF9_FFFE_0401_E172,
        0x483: 0x007F_FFFF_0003_6DFF,
        0x484: 0x0000_FFFF_0000_11FF,
        0x486: 0x8000_0021,
        0x487: 0xFFFF_FFFF,
        0x488: 0x2000,
        0x489: 0x0037_67FF,
        0x48B: 0x0015_7CFF_0000_0000,
        0x48C: 0x0000_0F01_0673_4141,
        0x48D: 0x0000_007F_0000_0016,
        0x48E: 0xFFF9_FFFE_0400_6172,
        0x48F: 0x007F_FFFF_0003_6DFB,
        0x490: 0x0000_FFFF_0000_11FB,
    ]
    /// The number of bits of a physical address.
    var physicalAddressWidth: UInt64 = 39

    /// What the registers tell.
    var capabilities: VMXCapabilities {
        VMXCapabilities(physicalAddressWidth: physicalAddressWidth) { registers[$0] ?? 0 }
    }

    /// Takes away a bit that a control may have: bit `bit` of the field whose register this is.
    mutating func forbid(_ bit: UInt64, in register: UInt32) {
        registers[register, default: 0] &= ~(1 << (32 + bit))
    }

    /// Insists on a bit of a control.
    mutating func require(_ bit: UInt64, in register: UInt32) {
        registers[register, default: 0] |= 1 << (32 + bit) | 1 << bit
    }

    /// Takes away a bit of a register that is no control's.
    mutating func clear(_ bit: UInt64, in register: UInt32) {
        registers[register, default: 0] &= ~(1 << bit)
    }
}
