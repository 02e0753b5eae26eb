// SPDX-License-Identifier: MIT
import Hypervisor

/// Checks on VMX controls. (Intel SDM vol. 3C §27.2.1)
extension VMCSValidator {
    static func brokenControlRule(_ vmcs: some VMCSAccess) -> StaticString? {
        let capabilities = vmcs.capabilities
        if !capabilities.pinBased.accepts(vmcs[ControlFields.pinBased].rawValue) {
            return "the pin-based controls have bits that must be otherwise"
        }
        if !capabilities.processorBased.accepts(vmcs[ControlFields.processorBased].rawValue) {
            return "the processor-based controls have bits that must be otherwise"
        }
        if !capabilities.secondary.accepts(vmcs[ControlFields.secondary].rawValue) {
            return "the secondary controls have bits that must be otherwise"
        }
        if !capabilities.exit.accepts(vmcs[ControlFields.exit].rawValue) {
            return "the VM-exit controls have bits that must be otherwise"
        }
        // The processor itself keeps the bit for long mode up to date.
        if !capabilities.entry.accepts(vmcs[ControlFields.entry].rawValue) {
            return "the VM-entry controls have bits that must be otherwise"
        }
        return brokenExecutionRule(vmcs) ?? brokenTranslationRule(vmcs) ?? brokenAreaRule(vmcs)
    }

    private static func brokenExecutionRule(_ vmcs: some VMCSAccess) -> StaticString? {
        let pinBased = vmcs[ControlFields.pinBased]
        let processorBased = vmcs[ControlFields.processorBased]
        if processorBased.contains(.msrBitmap) && !isPage(vmcs[ControlFields.msrBitmap], vmcs.capabilities) {
            return "the MSR bitmap is not on a page"
        }
        if pinBased.contains(.virtualNMIs) && !pinBased.contains(.nmiExiting) {
            return "virtual NMIs are on and NMI exiting is off"
        }
        if processorBased.contains(.nmiWindowExiting) && !pinBased.contains(.virtualNMIs) {
            return "NMI-window exiting is on and virtual NMIs are off"
        }
        return processorBased.contains(.taskPriorityShadow) ? brokenTaskPriorityRule(vmcs) : nil
    }

    private static func brokenTaskPriorityRule(_ vmcs: some VMCSAccess) -> StaticString? {
        if !isPage(vmcs[ControlFields.virtualAPICPage], vmcs.capabilities) {
            return "the virtual-APIC address is not that of a page"
        }
        let threshold = vmcs[ControlFields.taskPriorityThreshold]
        if threshold & ~0xF != 0 { return "the TPR threshold has reserved bits set" }
        return threshold > UInt32(vmcs.taskPriority) ? "the TPR threshold is above the task priority" : nil
    }

    private static func brokenTranslationRule(_ vmcs: some VMCSAccess) -> StaticString? {
        let secondary = vmcs[ControlFields.secondary]
        if secondary.contains(.virtualProcessorIdentifiers) && vmcs[ControlFields.virtualProcessorIdentifier] == 0 {
            return "the virtual-processor identifier is 0"
        }
        if secondary.contains(.unrestrictedGuest) && !secondary.contains(.extendedPageTables) {
            return "an unrestricted guest has no extended page tables"
        }
        guard secondary.contains(.extendedPageTables) else { return nil }
        let pointer = vmcs[ControlFields.extendedPageTables]
        if pointer & 7 != 6 && pointer & 7 != 0 { return "the extended page tables have an unknown memory type" }
        if pointer &>> 3 & 7 != 3 { return "the extended page tables do not have four levels" }
        if pointer & 0xFC0 != 0 || !isPhysical(pointer, vmcs.capabilities) {
            return "the extended-page-table pointer has reserved bits set"
        }
        return nil
    }

    /// The areas of model-specific registers, none of which we use, and the CR3 targets.
    private static func brokenAreaRule(_ vmcs: some VMCSAccess) -> StaticString? {
        if vmcs[ControlFields.cr3TargetCount] > 4 { return "there are more than four CR3 targets" }
        if vmcs[ControlFields.exitMSRStoreCount] != 0 || vmcs[ControlFields.exitMSRLoadCount] != 0
            || vmcs[ControlFields.entryMSRLoadCount] != 0
        {
            return "there are MSR areas that nobody has made"
        }
        return nil
    }
}
