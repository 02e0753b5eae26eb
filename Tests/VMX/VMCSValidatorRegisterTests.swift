// SPDX-License-Identifier: MIT
import Architecture
import Hypervisor
import Testing

@testable import VMX

/// Checks on the guest's control, debug and model-specific registers. (Intel SDM vol. 3C §27.3.1.1, §27.3.1.6)
struct VMCSValidatorRegisterTests {
    @Test(
        "a broken rule of the guest's registers is named",
        arguments: [
            BrokenRule("CR0 has bits") { $0[GuestFields.cr0].remove(.numericError) },
            BrokenRule("CR0 has bits") { $0[GuestFields.cr0].insert(CR0(rawValue: 1 << 40)) },
            BrokenRule("CR0.PG") {
                $0[GuestFields.cr0].insert(.paging)
                $0[GuestFields.cr0].remove(.protectionEnable)
            },
            BrokenRule("CR4 has bits") { $0[GuestFields.cr4] = [] },
            BrokenRule("CR4 has bits") { $0[GuestFields.cr4].insert(CR4(rawValue: 1 << 63)) },
            BrokenRule("CR3") { $0[GuestFields.cr3] = 1 << 39 },
            BrokenRule("DEBUGCTL") { $0[GuestFields.debugControl] = 1 << 3 },
            BrokenRule("DEBUGCTL") { $0[GuestFields.debugControl] = 1 << 32 },
            BrokenRule("DR7") { $0[GuestFields.dr7] = 1 << 32 },
            BrokenRule("SYSENTER") { $0[GuestFields.systemEnterStack] = 1 << 47 },
            BrokenRule("SYSENTER") { $0[GuestFields.systemEnterTarget] = 1 << 63 },
            BrokenRule("page attribute table") { $0[GuestFields.pageAttributeTable] = 2 << 24 },
            BrokenRule("EFER has") { $0[GuestFields.efer].insert(.secureVirtualMachineEnable) },
            BrokenRule("EFER has") { $0[GuestFields.efer].insert(EFER(rawValue: 1 << 1)) },
            BrokenRule("VM-entry control for long mode") { $0[GuestFields.efer] = .longModeActive },
            BrokenRule("VM-entry control for long mode") { $0[ControlFields.entry].insert(.longModeGuest) },
            BrokenRule("CR4.PCIDE") { $0[GuestFields.cr4].insert(.processContextIdentifiers) },
            BrokenRule("differ with paging") {
                $0[GuestFields.cr0].insert(.paging)
                $0[GuestFields.efer].insert(.longModeEnable)
            },
        ])
    func registers(rule: BrokenRule) throws {
        try rule.check(.legal())
    }

    @Test(
        "a broken rule of long mode is named",
        arguments: [
            BrokenRule("CR0.PG clear") { $0[GuestFields.cr0].remove(.paging) },
            BrokenRule("CR4.PAE clear") { $0[GuestFields.cr4].remove(.physicalAddressExtension) },
            BrokenRule("differ with paging") { $0[GuestFields.efer].remove(.longModeEnable) },
            BrokenRule("VM-entry control for long mode") { $0[GuestFields.efer].remove(.longModeActive) },
        ])
    func longMode(rule: BrokenRule) throws {
        try rule.check(.legalLong())
    }

    @Test("process-context identifiers are legal in long mode, and long mode enabled and not yet active without paging")
    func legalModes() throws {
        let long = try RecordedVMCS.legalLong()
        long[GuestFields.cr4].insert(.processContextIdentifiers)
        #expect(long.rule == nil)
        let flat = try RecordedVMCS.legal()
        flat[GuestFields.efer] = [.longModeEnable, .systemCall, .noExecuteEnable]
        #expect(flat.rule == nil)
    }

    /// A guest with PAE paging.
    private func makeExtended() throws -> RecordedVMCS {
        let vmcs = try RecordedVMCS.legal()
        vmcs[GuestFields.cr0].insert(.paging)
        vmcs[GuestFields.cr4].insert(.physicalAddressExtension)
        return vmcs
    }

    @Test("the four page-directory pointers have reserved bits", arguments: [1, 2, 5, 6, 7, 8, 39, 63] as [UInt64])
    func directoryPointers(bit: UInt64) throws {
        for index in UInt64(0)..<4 {
            try BrokenRule("page-directory pointer") { $0[GuestFields.pageDirectoryPointer(index)] = 1 << bit | 1 }
                .check(makeExtended())
            let absent = try makeExtended()
            absent[GuestFields.pageDirectoryPointer(index)] = 1 << bit
            #expect(absent.rule == nil)
        }
    }

    @Test("page-directory pointers do not matter without PAE paging")
    func otherPaging() throws {
        for vmcs in [try RecordedVMCS.legal(), try RecordedVMCS.legalLong()] {
            vmcs[GuestFields.pageDirectoryPointer(0)] = .max
            #expect(vmcs.rule == nil)
        }
    }

    @Test("without unrestricted guests protection and paging are required as well")
    func restricted() throws {
        let vmcs = try RecordedVMCS.legal()
        vmcs[ControlFields.secondary].remove(.unrestrictedGuest)
        #expect(try #require(vmcs.rule).contains("CR0 has bits"))
    }
}
