// SPDX-License-Identifier: MIT
import Architecture
import Hypervisor
import Testing

@testable import VMX

/// Checks on the hypervisor's own state. (Intel SDM vol. 3C §27.2.2 to §27.2.4)
struct VMCSValidatorHostTests {
    @Test(
        "a broken rule of the host's registers is named",
        arguments: [
            BrokenRule("the host's CR0") { $0[HostFields.cr0] &= ~(1 << 5) },
            BrokenRule("the host's CR0") { $0[HostFields.cr0] |= 1 << 32 },
            BrokenRule("the host's CR4 has bits") { $0[HostFields.cr4] &= ~(1 << 13) },
            BrokenRule("the host's CR4 has bits") { $0[HostFields.cr4] |= 1 << 63 },
            BrokenRule("the host's CR4.PAE") { $0[HostFields.cr4] &= ~(1 << 5) },
            BrokenRule("the host's CR3") { $0[HostFields.cr3] |= 1 << 39 },
            BrokenRule("the host's page attribute table") { $0[HostFields.pageAttributeTable] = 2 << 56 },
            BrokenRule("the host's page attribute table") { $0[HostFields.pageAttributeTable] = 3 },
            BrokenRule("the host's page attribute table") { $0[HostFields.pageAttributeTable] = 8 << 8 },
            BrokenRule("the host's EFER") { $0[HostFields.efer].remove(.longModeActive) },
            BrokenRule("the host's EFER") { $0[HostFields.efer].remove(.longModeEnable) },
            BrokenRule("the host's EFER") { $0[HostFields.efer].insert(.secureVirtualMachineEnable) },
        ])
    func registers(rule: BrokenRule) throws {
        try rule.check(.legal())
    }

    @Test("the host runs in 64-bit mode")
    func addressSpaceSize() throws {
        try BrokenRule("not in 64-bit mode") { $0[ControlFields.exit].remove(.hostAddressSpaceSize) }.check(.legal())
    }

    @Test("a selector of the host is neither local nor of another privilege level", arguments: [1, 3, 4] as [UInt16])
    func selectors(bits: UInt16) throws {
        let fields = [
            HostFields.esSelector, HostFields.csSelector, HostFields.ssSelector, HostFields.dsSelector,
            HostFields.fsSelector, HostFields.gsSelector, HostFields.trSelector,
        ]
        for field in fields {
            try BrokenRule("selector of the host") { $0[field] |= bits }.check(.legal())
        }
    }

    @Test("CS and TR of the host are not null")
    func nullSelectors() throws {
        try BrokenRule("the host's CS is null") { $0[HostFields.csSelector] = 0 }.check(.legal())
        try BrokenRule("the host's TR is null") { $0[HostFields.trSelector] = 0 }.check(.legal())
    }

    @Test("every address of the host is canonical")
    func addresses() throws {
        let fields = [
            HostFields.rip, HostFields.fsBase, HostFields.gsBase, HostFields.trBase, HostFields.gdtrBase,
            HostFields.idtrBase, HostFields.systemEnterStack, HostFields.systemEnterTarget,
        ]
        for field in fields {
            try BrokenRule("address of the host") { $0[field] = 1 << 47 }.check(.legal())
        }
    }
}
