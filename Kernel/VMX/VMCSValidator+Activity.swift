// SPDX-License-Identifier: MIT
import Architecture
import Hypervisor

/// Checks on the guest's state beside its registers. (Intel SDM vol. 3C §27.3.1.5)
extension VMCSValidator {
    static func brokenActivityRule(_ vmcs: some VMCSAccess) -> StaticString? {
        let state = vmcs[GuestFields.interruptibility]
        if vmcs[GuestFields.activityState] != 0 { return "the guest is not active" }
        if state.rawValue & ~0xF != 0 { return "the interruptibility state has reserved bits set" }
        if state.isSuperset(of: [.afterSTI, .afterMOVSS]) { return "the shadows of STI and MOV SS are both there" }
        if state.contains(.afterSTI) && !vmcs[GuestFields.rflags].contains(.interruptEnable) {
            return "the shadow of STI is there and RFLAGS.IF is clear"
        }
        if state.contains(.afterSMI) { return "system-management interrupts are held back outside their handler" }
        if vmcs[GuestFields.vmcsLink] != .max { return "the VMCS link pointer is set" }
        return brokenBlockingRule(vmcs, state) ?? brokenDebugRule(vmcs, state)
    }

    /// What is injected must not be held back.
    private static func brokenBlockingRule(_ vmcs: some VMCSAccess, _ state: Interruptibility) -> StaticString? {
        let event = vmcs.injection
        guard event.isValid else { return nil }
        let isShadowed = !state.isDisjoint(with: [.afterSTI, .afterMOVSS])
        if event.kind == .interrupt && isShadowed { return "an interrupt is injected in the shadow of STI or MOV SS" }
        if event.kind == .nonMaskableInterrupt {
            if isShadowed { return "a non-maskable interrupt is injected in the shadow of STI or MOV SS" }
            if state.contains(.handlingNMI) { return "a non-maskable interrupt is injected into the handler of one" }
        }
        return nil
    }

    /// A single step that is due after a shadow is pending, and only then.
    private static func brokenDebugRule(_ vmcs: some VMCSAccess, _ state: Interruptibility) -> StaticString? {
        let pending = vmcs[GuestFields.pendingDebugExceptions]
        if pending & ~0x1_580F != 0 { return "the pending debug exceptions have reserved bits set" }
        guard !state.isDisjoint(with: [.afterSTI, .afterMOVSS]) else { return nil }
        let stepsByBranch = vmcs[GuestFields.debugControl] & 2 != 0
        let isStepping = vmcs[GuestFields.rflags].contains(.trap) && !stepsByBranch
        return (pending & 1 << 14 != 0) == isStepping ? nil : "the pending single step does not fit RFLAGS.TF"
    }
}
