// SPDX-License-Identifier: MIT
import Architecture

/// The rules that a VMCS must obey for VMLAUNCH and VMRESUME to accept it. A processor only says that it refuses, and an emulator
/// may let violations pass, so we look for ourselves. The files of this folder have the rules in the manual's order. (Intel SDM
/// vol. 3C §27.2, §27.3)
enum VMCSValidator {
    /// The rule that is broken; nil when all hold.
    static func brokenRule(_ vmcs: some VMCSAccess) -> StaticString? {
        brokenControlRule(vmcs) ?? brokenInjectionRule(vmcs) ?? brokenHostRule(vmcs) ?? brokenRegisterRule(vmcs)
            ?? brokenSegmentRule(vmcs) ?? brokenFlagsRule(vmcs) ?? brokenActivityRule(vmcs)
    }

    /// Whether bits 63:47 of an address are all alike.
    static func isCanonical(_ address: UInt64) -> Bool {
        let upper = Int64(bitPattern: address) >> 47
        return upper == 0 || upper == -1
    }

    /// Whether an address is that of a page within the processor's physical addresses.
    static func isPage(_ address: UInt64, _ capabilities: VMXCapabilities) -> Bool {
        address & 0xFFF == 0 && isPhysical(address, capabilities)
    }

    /// Whether no bit beyond the processor's physical addresses is set.
    static func isPhysical(_ address: UInt64, _ capabilities: VMXCapabilities) -> Bool {
        address &>> capabilities.physicalAddressWidth == 0
    }

    /// Whether each of the eight bytes is a memory type: 0, 1, 4, 5, 6 or 7. (§12.12.4)
    static func isPageAttributeTable(_ value: UInt64) -> Bool {
        for index in UInt64(0)..<8 {
            let type = value >> (index * 8) & 0xFF
            if type > 7 || type == 2 || type == 3 { return false }
        }
        return true
    }

    /// Whether only bits of EFER are set that the processor has, and long mode is on and active together, as `longMode` says.
    static func isHostEFER(_ value: EFER, longMode: Bool) -> Bool {
        hasKnownBits(value) && value.contains(.longModeEnable) == longMode
            && value.contains(.longModeActive) == longMode
    }

    /// Whether only bits of EFER are set that the processor has.
    static func hasKnownBits(_ value: EFER) -> Bool {
        let known: EFER = [.systemCall, .longModeEnable, .longModeActive, .noExecuteEnable]
        return known.isSuperset(of: value)
    }
}

extension VMCSAccess {
    var brokenRule: StaticString? { VMCSValidator.brokenRule(self) }

    /// Whether long mode is active in the guest.
    var isLongModeGuest: Bool { self[ControlFields.entry].contains(.longModeGuest) }
    /// Whether the guest may run without protection or paging.
    var isUnrestricted: Bool { self[ControlFields.secondary].contains(.unrestrictedGuest) }
}
