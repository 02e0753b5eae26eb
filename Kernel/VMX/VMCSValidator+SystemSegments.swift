// SPDX-License-Identifier: MIT

/// Checks on TR, LDTR, GDTR and IDTR. (Intel SDM vol. 3C §27.3.1.2, §27.3.1.3)
extension VMCSValidator {
    static func brokenTaskRule(_ vmcs: some VMCSAccess) -> StaticString? {
        let task = SegmentState(.tr, of: vmcs)
        if task.isLocal { return "TR is local" }
        if !isCanonical(task.base) { return "the base of TR is not canonical" }
        let isBusy = task.type == 11 || (task.type == 3 && !vmcs.isLongModeGuest)
        if !isBusy || task.isCodeOrData || !task.isPresent || !task.isUsable { return "TR is not a busy task" }
        if !task.hasKnownRights { return "TR has reserved access rights set" }
        return task.hasFittingGranularity ? nil : "the limit of TR does not fit its granularity"
    }

    static func brokenLocalTableRule(_ vmcs: some VMCSAccess) -> StaticString? {
        let table = SegmentState(.ldtr, of: vmcs)
        guard table.isUsable else { return nil }
        if table.isLocal { return "LDTR is local" }
        if !isCanonical(table.base) { return "the base of LDTR is not canonical" }
        if table.type != 2 || table.isCodeOrData || !table.isPresent { return "LDTR is not a descriptor table" }
        if !table.hasKnownRights { return "LDTR has reserved access rights set" }
        return table.hasFittingGranularity ? nil : "the limit of LDTR does not fit its granularity"
    }

    static func brokenTableRule(_ vmcs: some VMCSAccess) -> StaticString? {
        if !isCanonical(vmcs[GuestFields.gdtrBase]) || !isCanonical(vmcs[GuestFields.idtrBase]) {
            return "the base of GDTR or IDTR is not canonical"
        }
        if vmcs[GuestFields.gdtrLimit] >> 16 != 0 || vmcs[GuestFields.idtrLimit] >> 16 != 0 {
            return "the limit of GDTR or IDTR has bits 31:16 set"
        }
        return nil
    }
}
