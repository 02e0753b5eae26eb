// SPDX-License-Identifier: MIT
import Architecture

/// A segment register of the guest, as the fields of the VMCS have it. (Intel SDM vol. 3C §25.4.1)
struct SegmentState {
    let selector: UInt16
    let base: UInt64
    let limit: UInt32
    /// The access rights: table 25-2.
    let rights: UInt32

    init(_ register: GuestFields.SegmentRegister, of vmcs: some VMCSAccess) {
        selector = vmcs[GuestFields.selector(register)]
        base = vmcs[GuestFields.base(register)]
        limit = vmcs[GuestFields.limit(register)]
        rights = vmcs[GuestFields.accessRights(register)]
    }

    /// The same as a VMCB would have it: the access rights without the gap in their middle. One that is unusable is not present.
    var segment: Segment {
        let attributes = isUsable ? rights & 0xFF | rights &>> 4 & 0xF00 : 0
        return Segment(
            selector: selector, attributes: SegmentAttributes(rawValue: UInt16(truncatingIfNeeded: attributes)),
            limit: limit, base: base)
    }

    /// Bits 3:0, the descriptor's type.
    var type: UInt32 { rights & 0xF }
    /// Bit 4, S: code or data rather than a system segment.
    var isCodeOrData: Bool { rights & 1 << 4 != 0 }
    /// Bits 6:5.
    var privilegeLevel: UInt32 { rights &>> 5 & 3 }
    /// Bit 7.
    var isPresent: Bool { rights & 1 << 7 != 0 }
    /// Bit 13, L.
    var isLong: Bool { rights & 1 << 13 != 0 }
    /// Bit 14, D/B.
    var isDefault32: Bool { rights & 1 << 14 != 0 }
    /// Bit 16.
    var isUsable: Bool { rights & 1 << 16 == 0 }
    /// Bits 1:0 of the selector.
    var requestedLevel: UInt32 { UInt32(selector & 3) }
    /// Bit 2 of the selector.
    var isLocal: Bool { selector & 4 != 0 }
    /// Bits 11:8 and 31:17 of the access rights are zero.
    var hasKnownRights: Bool { rights & 0xFFFE_0F00 == 0 }
    /// Bit 15, G, fits the limit.
    var hasFittingGranularity: Bool {
        let isGranular = rights & 1 << 15 != 0
        return isGranular ? limit & 0xFFF == 0xFFF : limit & 0xFFF0_0000 == 0
    }
}
