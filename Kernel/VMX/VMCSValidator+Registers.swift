// SPDX-License-Identifier: MIT
import Architecture

/// Checks on the guest's control registers, debug registers and model-specific registers. (Intel SDM vol. 3C §27.3.1.1,
/// §27.3.1.6)
extension VMCSValidator {
    static func brokenRegisterRule(_ vmcs: some VMCSAccess) -> StaticString? {
        let cr0 = vmcs[GuestFields.cr0]
        let free: CR0 = vmcs.isUnrestricted ? [.protectionEnable, .paging] : []
        if !vmcs.capabilities.acceptsCR0(cr0.rawValue, except: free.rawValue) {
            return "CR0 has bits that must be otherwise"
        }
        if cr0.contains(.paging) && !cr0.contains(.protectionEnable) { return "CR0.PG is set and CR0.PE clear" }
        if !vmcs.capabilities.acceptsCR4(vmcs[GuestFields.cr4].rawValue) {
            return "CR4 has bits that must be otherwise"
        }
        if !isPhysical(vmcs[GuestFields.cr3], vmcs.capabilities) { return "CR3 has reserved bits set" }
        if vmcs[GuestFields.debugControl] & ~0xDFC3 != 0 { return "DEBUGCTL has reserved bits set" }
        if vmcs[GuestFields.dr7] >> 32 != 0 { return "DR7 has bits 63:32 set" }
        if !isCanonical(vmcs[GuestFields.systemEnterStack]) || !isCanonical(vmcs[GuestFields.systemEnterTarget]) {
            return "SYSENTER_ESP or SYSENTER_EIP is not canonical"
        }
        if !isPageAttributeTable(vmcs[GuestFields.pageAttributeTable]) {
            return "the page attribute table has an unknown memory type"
        }
        return brokenModeRule(vmcs, cr0) ?? brokenDirectoryPointerRule(vmcs, cr0)
    }

    private static func brokenModeRule(_ vmcs: some VMCSAccess, _ cr0: CR0) -> StaticString? {
        let efer = vmcs[GuestFields.efer]
        if !hasKnownBits(efer) { return "EFER has reserved bits set" }
        if efer.contains(.longModeActive) != vmcs.isLongModeGuest {
            return "EFER.LMA and the VM-entry control for long mode differ"
        }
        if cr0.contains(.paging) && efer.contains(.longModeActive) != efer.contains(.longModeEnable) {
            return "EFER.LMA and EFER.LME differ with paging"
        }
        guard vmcs.isLongModeGuest else {
            return vmcs[GuestFields.cr4].contains(.processContextIdentifiers)
                ? "CR4.PCIDE is set outside long mode" : nil
        }
        if !cr0.contains(.paging) { return "long mode is active and CR0.PG clear" }
        return vmcs[GuestFields.cr4].contains(.physicalAddressExtension)
            ? nil : "long mode is active and CR4.PAE clear"
    }

    /// With PAE paging the processor loads the four entries of the highest table from the VMCS.
    private static func brokenDirectoryPointerRule(_ vmcs: some VMCSAccess, _ cr0: CR0) -> StaticString? {
        guard cr0.contains(.paging), vmcs[GuestFields.cr4].contains(.physicalAddressExtension), !vmcs.isLongModeGuest
        else { return nil }
        for index in UInt64(0)..<4 {
            let entry = vmcs[GuestFields.pageDirectoryPointer(index)]
            if entry & 1 != 0 && (entry & 0x1E6 != 0 || !isPhysical(entry, vmcs.capabilities)) {
                return "a page-directory pointer has reserved bits set"
            }
        }
        return nil
    }
}
