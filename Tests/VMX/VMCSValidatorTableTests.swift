// SPDX-License-Identifier: MIT
import Architecture
import Hypervisor
import Testing

@testable import VMX

/// Checks on TR, LDTR, GDTR and IDTR. (Intel SDM vol. 3C §27.3.1.2, §27.3.1.3)
struct VMCSValidatorTableTests {
    @Test(
        "a broken rule of TR is named",
        arguments: [
            BrokenRule("TR is local") { $0[GuestFields.selector(.tr)] = 4 },
            BrokenRule("base of TR") { $0[GuestFields.base(.tr)] = 1 << 47 },
            BrokenRule("busy task") { $0[GuestFields.accessRights(.tr)] = 0x89 },
            BrokenRule("busy task") { $0[GuestFields.accessRights(.tr)] = 0x9B },
            BrokenRule("busy task") { $0[GuestFields.accessRights(.tr)] = 0x0B },
            BrokenRule("busy task") { $0[GuestFields.accessRights(.tr)] |= 1 << 16 },
            BrokenRule("TR has reserved") { $0[GuestFields.accessRights(.tr)] |= 1 << 10 },
            BrokenRule("limit of TR") { $0[GuestFields.limit(.tr)] = 0x10_0067 },
            BrokenRule("limit of TR") { $0[GuestFields.accessRights(.tr)] |= 1 << 15 },
        ])
    func task(rule: BrokenRule) throws {
        try rule.check(.legal())
    }

    @Test("a 16-bit task is legal, but not in long mode")
    func shortTask() throws {
        let vmcs = try RecordedVMCS.legal()
        vmcs[GuestFields.accessRights(.tr)] = 0x83
        #expect(vmcs.rule == nil)
        try BrokenRule("busy task") { $0[GuestFields.accessRights(.tr)] = 0x83 }.check(.legalLong())
    }

    /// A guest with a local descriptor table.
    private func makeLocal() throws -> RecordedVMCS {
        let vmcs = try RecordedVMCS.legal()
        vmcs[GuestFields.accessRights(.ldtr)] = 0x82
        vmcs[GuestFields.limit(.ldtr)] = 0xFFFF
        vmcs[GuestFields.selector(.ldtr)] = 0x28
        return vmcs
    }

    @Test(
        "a broken rule of LDTR is named",
        arguments: [
            BrokenRule("LDTR is local") { $0[GuestFields.selector(.ldtr)] |= 4 },
            BrokenRule("base of LDTR") { $0[GuestFields.base(.ldtr)] = 1 << 63 },
            BrokenRule("not a descriptor table") { $0[GuestFields.accessRights(.ldtr)] = 0x83 },
            BrokenRule("not a descriptor table") { $0[GuestFields.accessRights(.ldtr)] = 0x92 },
            BrokenRule("not a descriptor table") { $0[GuestFields.accessRights(.ldtr)] = 0x02 },
            BrokenRule("LDTR has reserved") { $0[GuestFields.accessRights(.ldtr)] |= 1 << 11 },
            BrokenRule("limit of LDTR") { $0[GuestFields.limit(.ldtr)] = 0x10_0000 },
        ])
    func localTable(rule: BrokenRule) throws {
        try rule.check(makeLocal())
    }

    @Test("a local descriptor table that is not usable can hold anything")
    func unusableLocalTable() throws {
        let vmcs = try makeLocal()
        vmcs[GuestFields.accessRights(.ldtr)] = 1 << 16
        vmcs[GuestFields.base(.ldtr)] = 1 << 63
        vmcs[GuestFields.selector(.ldtr)] = 4
        #expect(vmcs.rule == nil)
    }

    @Test(
        "a broken rule of GDTR and IDTR is named",
        arguments: [
            BrokenRule("base of GDTR or IDTR") { $0[GuestFields.gdtrBase] = 1 << 47 },
            BrokenRule("base of GDTR or IDTR") { $0[GuestFields.idtrBase] = 1 << 47 },
            BrokenRule("limit of GDTR or IDTR") { $0[GuestFields.gdtrLimit] = 0x1_0000 },
            BrokenRule("limit of GDTR or IDTR") { $0[GuestFields.idtrLimit] = 0x1_0000 },
        ])
    func tables(rule: BrokenRule) throws {
        try rule.check(.legal())
    }
}
