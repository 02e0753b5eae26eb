// SPDX-License-Identifier: MIT
import Architecture
import Hypervisor

/// The rules that a VMCB must obey for VMRUN to accept it. Emulators let many violations pass that a processor refuses, so we
/// look for ourselves. (AMD APM vol. 2 §15.5.1, "Canonicalization and Consistency Checks")
enum VMCBValidator {
    /// The rule that is broken; nil when all hold.
    static func brokenRule(control: VMCBControlArea, state: VMCBStateSaveArea) -> StaticString? {
        brokenControlRule(control) ?? brokenStateRule(state) ?? brokenModeRule(state)
            ?? brokenInjectionRule(control, state)
    }

    private static func brokenControlRule(_ control: VMCBControlArea) -> StaticString? {
        if !control.virtualizationIntercepts.contains(.vmrun) { return "the VMRUN intercept is clear" }
        if control.addressSpaceIdentifier == 0 { return "the address space identifier is 0" }
        if control.ioPermissionMap & 0xFFF != 0 { return "the I/O permission map is not on a page" }
        if control.msrPermissionMap & 0xFFF != 0 { return "the MSR permission map is not on a page" }
        if control.nestedPagingEnable & 1 != 0 && control.nestedCR3 & ~PageTableEntry.addressMask != 0 {
            return "the nested CR3 has reserved bits set"
        }
        let known: InlineArray<4, UInt32> = [0, 1, 3, 7]
        var isKnown = false
        for index in 0..<4 where known[index] == control.tlbControl.rawValue { isKnown = true }
        return isKnown ? nil : "the TLB control is reserved"
    }

    private static func brokenStateRule(_ state: VMCBStateSaveArea) -> StaticString? {
        if !state.efer.contains(.secureVirtualMachineEnable) { return "EFER.SVME is clear" }
        if state.cr0.contains(.notWriteThrough) && !state.cr0.contains(.cacheDisable) {
            return "CR0.NW is set and CR0.CD clear"
        }
        if state.cr0.rawValue >> 32 != 0 { return "CR0 has bits 63:32 set" }
        if state.cr3 & 0xFFF0_0000_0000_0000 != 0 { return "CR3 has reserved bits set" }
        if state.cr4.rawValue & ~0x00F7_1FFF != 0 { return "CR4 has reserved bits set" }
        if state.dr6 >> 32 != 0 { return "DR6 has bits 63:32 set" }
        if state.dr7 >> 32 != 0 { return "DR7 has bits 63:32 set" }
        if state.efer.rawValue & ~0x0020_7D01 != 0 { return "EFER has reserved bits set" }
        return nil
    }

    private static func brokenModeRule(_ state: VMCBStateSaveArea) -> StaticString? {
        guard state.efer.contains(.longModeEnable), state.cr0.contains(.paging) else { return nil }
        if !state.cr4.contains(.physicalAddressExtension) { return "long mode is on and CR4.PAE clear" }
        if !state.cr0.contains(.protectionEnable) { return "long mode is on and CR0.PE clear" }
        if state.cs.attributes.isSuperset(of: [.long, .default32]) { return "CS.L and CS.D are both set in long mode" }
        return nil
    }

    private static func brokenInjectionRule(_ control: VMCBControlArea, _ state: VMCBStateSaveArea) -> StaticString? {
        let event = control.eventInjection
        guard event.isValid else { return nil }
        switch event.kind {
        case nil: return "the injected event is of a reserved kind"
        case .exception where event.vector > 31: return "the injected exception has a vector above 31"
        case .exception where event.vector == 2: return "a non-maskable interrupt is injected as an exception"
        default: return nil
        }
    }
}
