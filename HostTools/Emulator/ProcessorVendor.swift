// SPDX-License-Identifier: MIT

/// The two makers of x86 processors, each with its own extension for virtual machines.
public enum ProcessorVendor: String, Sendable, CaseIterable {
    /// SVM, with nested paging (NPT).
    case amd
    /// VMX, with extended page tables (EPT).
    case intel

    /// The vendor's extension for virtual machines.
    public var virtualization: String {
        switch self {
        case .amd: "SVM"
        case .intel: "VMX"
        }
    }
}
