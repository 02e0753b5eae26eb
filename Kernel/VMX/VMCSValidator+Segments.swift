// SPDX-License-Identifier: MIT
import Architecture

/// Checks on the guest's segment and descriptor-table registers. (Intel SDM vol. 3C §27.3.1.2, §27.3.1.3)
extension VMCSValidator {
    static func brokenSegmentRule(_ vmcs: some VMCSAccess) -> StaticString? {
        if let rule = brokenTaskRule(vmcs) ?? brokenLocalTableRule(vmcs) ?? brokenTableRule(vmcs) { return rule }
        if vmcs[GuestFields.rflags].contains(.virtual8086) { return brokenVirtual8086Rule(vmcs) }
        return brokenCodeRule(vmcs) ?? brokenStackRule(vmcs) ?? brokenDataRule(.ds, vmcs)
            ?? brokenDataRule(.es, vmcs) ?? brokenDataRule(.fs, vmcs) ?? brokenDataRule(.gs, vmcs)
    }

    /// In virtual-8086 mode the six registers are as in real mode.
    private static func brokenVirtual8086Rule(_ vmcs: some VMCSAccess) -> StaticString? {
        for number in UInt64(0)..<6 {
            guard let register = GuestFields.SegmentRegister(rawValue: number) else { continue }
            let segment = SegmentState(register, of: vmcs)
            if segment.base != UInt64(segment.selector) << 4 || segment.limit != 0xFFFF || segment.rights != 0xF3 {
                return "a segment register is not as virtual-8086 mode has it"
            }
        }
        return nil
    }

    private static func brokenCodeRule(_ vmcs: some VMCSAccess) -> StaticString? {
        let code = SegmentState(.cs, of: vmcs)
        let stackLevel = SegmentState(.ss, of: vmcs).privilegeLevel
        if !code.isUsable || !code.isPresent || !code.isCodeOrData { return "CS is not usable, present code" }
        if !code.hasKnownRights { return "CS has reserved access rights set" }
        if !code.hasFittingGranularity { return "the limit of CS does not fit its granularity" }
        if code.base >> 32 != 0 { return "the base of CS has bits 63:32 set" }
        if vmcs.isLongModeGuest && code.isLong && code.isDefault32 { return "CS.L and CS.D are both set in long mode" }
        switch code.type {
        case 3: return vmcs.isUnrestricted && code.privilegeLevel == 0 ? nil : "CS is data"
        case 9, 11: return code.privilegeLevel == stackLevel ? nil : "the privilege levels of CS and SS differ"
        case 13, 15: return code.privilegeLevel <= stackLevel ? nil : "CS is less privileged than SS"
        default: return "CS is not accessed code"
        }
    }

    private static func brokenStackRule(_ vmcs: some VMCSAccess) -> StaticString? {
        let stack = SegmentState(.ss, of: vmcs)
        let code = SegmentState(.cs, of: vmcs)
        if !vmcs.isUnrestricted && stack.requestedLevel != code.requestedLevel {
            return "the levels of SS and CS differ"
        }
        let isLowest = code.type == 3 || !vmcs[GuestFields.cr0].contains(.protectionEnable)
        if isLowest && stack.privilegeLevel != 0 { return "SS has a privilege level other than 0 in real mode" }
        if !vmcs.isUnrestricted && stack.privilegeLevel != stack.requestedLevel {
            return "SS has another privilege level than its selector"
        }
        guard stack.isUsable else { return nil }
        if stack.type != 3 && stack.type != 7 { return "SS is not accessed, writable data" }
        return brokenUsableRule(stack)
    }

    private static func brokenDataRule(
        _ register: GuestFields.SegmentRegister, _ vmcs: some VMCSAccess
    ) -> StaticString? {
        let segment = SegmentState(register, of: vmcs)
        if register == .fs || register == .gs {
            if !isCanonical(segment.base) { return "the base of FS or GS is not canonical" }
        } else if segment.isUsable && segment.base >> 32 != 0 {
            return "the base of DS or ES has bits 63:32 set"
        }
        guard segment.isUsable else { return nil }
        if segment.type & 1 == 0 { return "a data segment is not accessed" }
        if segment.type & 0b1010 == 0b1000 { return "a data segment is code that cannot be read" }
        let isConforming = segment.type >= 12
        if !vmcs.isUnrestricted && !isConforming && segment.privilegeLevel < segment.requestedLevel {
            return "a data segment is more privileged than its selector"
        }
        if register == .fs || register == .gs { return brokenRightsRule(segment) }
        return brokenUsableRule(segment)
    }

    private static func brokenUsableRule(_ segment: SegmentState) -> StaticString? {
        if segment.base >> 32 != 0 { return "the base of a segment has bits 63:32 set" }
        return brokenRightsRule(segment)
    }

    private static func brokenRightsRule(_ segment: SegmentState) -> StaticString? {
        if !segment.isCodeOrData || !segment.isPresent { return "a usable segment is not present code or data" }
        if !segment.hasKnownRights { return "a segment has reserved access rights set" }
        return segment.hasFittingGranularity ? nil : "the limit of a segment does not fit its granularity"
    }
}
