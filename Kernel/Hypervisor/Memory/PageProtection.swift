// SPDX-License-Identifier: MIT
import Architecture

/// What an access to memory is for, besides reading.
struct MemoryAccess: OptionSet, BitwiseCopyable {
    let rawValue: UInt8
    /// It writes.
    static let write = MemoryAccess(rawValue: 1 << 0)
    /// It is made by user code, at privilege level 3.
    static let user = MemoryAccess(rawValue: 1 << 1)
    /// It reads an instruction.
    static let fetch = MemoryAccess(rawValue: 1 << 2)
}

/// What a guest's page tables forbid, by the control bits that are set. (AMD APM vol. 2 §5.6)
public struct PageProtection: BitwiseCopyable, Sendable {
    /// CR0.WP: the kernel obeys read-only pages too.
    private let obeysReadOnly: Bool
    /// EFER.NXE: no instructions are fetched from pages with NX.
    private let obeysNoExecute: Bool
    /// CR4.SMEP: the kernel executes no user's page.
    private let preventsExecution: Bool
    /// CR4.SMAP while RFLAGS.AC is clear: the kernel accesses no user's page.
    private let preventsAccess: Bool

    @inline(__always)
    init(cr0: CR0, cr4: CR4, efer: EFER, flags: RFlags) {
        obeysReadOnly = cr0.contains(.writeProtect)
        obeysNoExecute = efer.contains(.noExecuteEnable)
        preventsExecution = cr4.contains(.supervisorExecutionPrevention)
        preventsAccess = cr4.contains(.supervisorAccessPrevention) && !flags.contains(.alignmentCheck)
    }

    /// What every entry on the way to a page must say for an access, as far as one entry can tell.
    @inline(__always)
    func rule(for access: MemoryAccess) -> EntryRule {
        var required = PageTableEntry.present.rawValue
        if access.contains(.user) { required |= PageTableEntry.user.rawValue }
        if access.contains(.write) && (obeysReadOnly || access.contains(.user)) {
            required |= PageTableEntry.writable.rawValue
        }
        let isForbidden = access.contains(.fetch) && obeysNoExecute
        return EntryRule(required: required, forbidden: isForbidden ? PageTableEntry.noExecute.rawValue : 0)
    }

    /// Whether an access of the kernel's to a user's page is forbidden: one for which every entry has the user's bit set.
    @inline(__always)
    func protectsUserPages(from access: MemoryAccess) -> Bool {
        if access.contains(.user) { return false }
        return access.contains(.fetch) ? preventsExecution : preventsAccess
    }

    /// Whether the error code of a page fault tells of fetches. (AMD APM vol. 2 §8.4.2)
    var reportsFetches: Bool { obeysNoExecute || preventsExecution }
}

/// The bits that an entry must have set, and those that it must not.
struct EntryRule {
    private let required: UInt64
    private let relevant: UInt64

    @inline(__always)
    init(required: UInt64, forbidden: UInt64) {
        self.required = required
        relevant = required | forbidden
    }

    /// Whether an entry is present and allows the access.
    @inline(__always)
    func allows(_ entry: UInt64) -> Bool { entry & relevant == required }
}
