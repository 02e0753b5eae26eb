// SPDX-License-Identifier: MIT
import Architecture

/// Checks on host registers, segments and address-space size. (Intel SDM vol. 3C §27.2.2 to §27.2.4)
extension VMCSValidator {
    static func brokenHostRule(_ vmcs: some VMCSAccess) -> StaticString? {
        let capabilities = vmcs.capabilities
        if !capabilities.acceptsCR0(vmcs[HostFields.cr0]) { return "the host's CR0 has bits that must be otherwise" }
        if !capabilities.acceptsCR4(vmcs[HostFields.cr4]) { return "the host's CR4 has bits that must be otherwise" }
        if !isPhysical(vmcs[HostFields.cr3], capabilities) { return "the host's CR3 has reserved bits set" }
        if !isPageAttributeTable(vmcs[HostFields.pageAttributeTable]) {
            return "the host's page attribute table has an unknown memory type"
        }
        if !vmcs[ControlFields.exit].contains(.hostAddressSpaceSize) { return "the host is not in 64-bit mode" }
        if !isHostEFER(vmcs[HostFields.efer], longMode: true) { return "the host's EFER does not fit 64-bit mode" }
        if vmcs[HostFields.cr4] & CR4.physicalAddressExtension.rawValue == 0 { return "the host's CR4.PAE is clear" }
        return brokenHostSelectorRule(vmcs) ?? brokenHostAddressRule(vmcs)
    }

    private static func brokenHostSelectorRule(_ vmcs: some VMCSAccess) -> StaticString? {
        let together =
            vmcs[HostFields.esSelector] | vmcs[HostFields.csSelector] | vmcs[HostFields.ssSelector]
            | vmcs[HostFields.dsSelector] | vmcs[HostFields.fsSelector] | vmcs[HostFields.gsSelector]
            | vmcs[HostFields.trSelector]
        if together & 7 != 0 { return "a selector of the host has a privilege level or is local" }
        if vmcs[HostFields.csSelector] == 0 { return "the host's CS is null" }
        return vmcs[HostFields.trSelector] == 0 ? "the host's TR is null" : nil
    }

    private static func brokenHostAddressRule(_ vmcs: some VMCSAccess) -> StaticString? {
        let areCanonical =
            isCanonical(vmcs[HostFields.rip]) && isCanonical(vmcs[HostFields.fsBase])
            && isCanonical(vmcs[HostFields.gsBase]) && isCanonical(vmcs[HostFields.trBase])
            && isCanonical(vmcs[HostFields.gdtrBase]) && isCanonical(vmcs[HostFields.idtrBase])
            && isCanonical(vmcs[HostFields.systemEnterStack]) && isCanonical(vmcs[HostFields.systemEnterTarget])
        return areCanonical ? nil : "an address of the host is not canonical"
    }
}
