// SPDX-License-Identifier: MIT
import Architecture
import Hypervisor
import Testing

@testable import VMX

/// Checks on the guest's segment registers. (Intel SDM vol. 3C §27.3.1.2)
struct VMCSValidatorSegmentTests {
    @Test(
        "a broken rule of CS is named",
        arguments: [
            BrokenRule("usable, present code") { $0[GuestFields.accessRights(.cs)] |= 1 << 16 },
            BrokenRule("usable, present code") { $0[GuestFields.accessRights(.cs)] &= ~(1 << 7) },
            BrokenRule("usable, present code") { $0[GuestFields.accessRights(.cs)] &= ~(1 << 4) },
            BrokenRule("reserved access rights") { $0[GuestFields.accessRights(.cs)] |= 1 << 8 },
            BrokenRule("reserved access rights") { $0[GuestFields.accessRights(.cs)] |= 1 << 17 },
            BrokenRule("granularity") { $0[GuestFields.limit(.cs)] = 0xFFFF_FFFE },
            BrokenRule("granularity") { $0[GuestFields.accessRights(.cs)] &= ~(1 << 15) },
            BrokenRule("base of CS") { $0[GuestFields.base(.cs)] = 1 << 32 },
            BrokenRule("not accessed code") { $0[GuestFields.accessRights(.cs)] = 0xC09A },
            BrokenRule("not accessed code") { $0[GuestFields.accessRights(.cs)] = 0xC091 },
            BrokenRule("levels of CS and SS") { $0[GuestFields.accessRights(.cs)] |= 3 << 5 },
            BrokenRule("less privileged than SS") { $0[GuestFields.accessRights(.cs)] = 0xC09F | 1 << 5 },
            BrokenRule("CS is data") { $0[GuestFields.accessRights(.cs)] = 0xC093 | 3 << 5 },
        ])
    func code(rule: BrokenRule) throws {
        try rule.check(.legal())
    }

    @Test("CS is not both 64-bit and 32-bit in long mode; outside of it that does not matter")
    func codeWidth() throws {
        try BrokenRule("CS.L and CS.D") { $0[GuestFields.accessRights(.cs)] |= 1 << 14 }.check(.legalLong())
        let flat = try RecordedVMCS.legal()
        flat[GuestFields.accessRights(.cs)] |= 1 << 13
        #expect(flat.rule == nil)
    }

    @Test(
        "a broken rule of SS is named",
        arguments: [
            BrokenRule("writable data") { $0[GuestFields.accessRights(.ss)] = 0xC092 },
            BrokenRule("writable data") { $0[GuestFields.accessRights(.ss)] = 0xC091 },
            BrokenRule("base of a segment") { $0[GuestFields.base(.ss)] = 1 << 32 },
            BrokenRule("present code or data") { $0[GuestFields.accessRights(.ss)] = 0xC013 },
            BrokenRule("reserved access rights") { $0[GuestFields.accessRights(.ss)] |= 1 << 9 },
            BrokenRule("granularity") { $0[GuestFields.limit(.ss)] = 0x1_2345 },
        ])
    func stack(rule: BrokenRule) throws {
        try rule.check(.legal())
    }

    @Test("SS has privilege level 0 in real mode, even when it is not usable")
    func stackInRealMode() throws {
        for unusable in [0, 1 << 16] as [UInt32] {
            let vmcs = try RecordedVMCS.legal()
            vmcs.load(.realMode(vector: 1))
            try BrokenRule("levels of CS and SS") {
                $0[GuestFields.accessRights(.ss)] |= 3 << 5 | unusable
            }.check(vmcs)
            vmcs[GuestFields.accessRights(.cs)] |= 3 << 5
            #expect(try #require(vmcs.rule).contains("level other than 0"))
        }
    }

    @Test("a guest in user mode breaks no rule, nor does one with segments that are not usable")
    func legalSegments() throws {
        let user = try RecordedVMCS.legalLong()
        user[GuestFields.accessRights(.cs)] |= 3 << 5
        user[GuestFields.accessRights(.ss)] |= 3 << 5
        #expect(user.rule == nil)
        let long = try RecordedVMCS.legalLong()
        for register in [.ss, .ds, .es, .fs, .gs] as [GuestFields.SegmentRegister] {
            long[GuestFields.accessRights(register)] = 1 << 16
            long[GuestFields.limit(register)] = 0x1_2345
        }
        long[GuestFields.base(.ds)] = 1 << 47
        #expect(long.rule == nil)
    }

    /// A register, and whether its base may have bits 63:32 set.
    private static let data: [GuestFields.SegmentRegister] = [.ds, .es, .fs, .gs]

    @Test("a broken rule of each data segment is named", arguments: data)
    func dataSegments(register: GuestFields.SegmentRegister) throws {
        let rights: [(String, UInt32)] = [
            ("not accessed", 0xC092), ("cannot be read", 0xC099), ("present code or data", 0xC083),
            ("present code or data", 0xC013), ("reserved access rights", 0xC193), ("reserved access rights", 0x2_C093),
            ("granularity", 0x4093),
        ]
        for (word, value) in rights {
            try BrokenRule(word) { $0[GuestFields.accessRights(register)] = value }.check(.legal())
        }
        let hasLongBase = register == .fs || register == .gs
        try BrokenRule("base of") { $0[GuestFields.base(register)] = hasLongBase ? 1 << 47 : 1 << 32 }.check(.legal())
    }

    @Test("the bases of FS and GS are canonical even when these are not usable, and may lie high")
    func highBases() throws {
        for register in [.fs, .gs] as [GuestFields.SegmentRegister] {
            let vmcs = try RecordedVMCS.legal()
            vmcs[GuestFields.base(register)] = 0xFFFF_8000_0000_0000
            #expect(vmcs.rule == nil)
            try BrokenRule("FS or GS") {
                $0[GuestFields.accessRights(register)] = 1 << 16
                $0[GuestFields.base(register)] = 1 << 47
            }.check(vmcs)
        }
    }

    /// A guest in 64-bit code that may not run without paging.
    private func makeRestricted() throws -> RecordedVMCS {
        let vmcs = try RecordedVMCS.legalLong()
        vmcs[ControlFields.secondary].remove(.unrestrictedGuest)
        return vmcs
    }

    @Test(
        "a guest that is not unrestricted has segments that fit their selectors",
        arguments: [
            BrokenRule("levels of SS and CS") { $0[GuestFields.selector(.ss)] |= 3 },
            BrokenRule("SS has another privilege level") {
                $0[GuestFields.accessRights(.cs)] |= 3 << 5
                $0[GuestFields.accessRights(.ss)] |= 3 << 5
            },
            BrokenRule("more privileged than its selector") { $0[GuestFields.selector(.ds)] |= 3 },
            BrokenRule("more privileged than its selector") { $0[GuestFields.selector(.gs)] |= 1 },
            BrokenRule("CS is data") { $0[GuestFields.accessRights(.cs)] = 0xC093 },
        ])
    func restricted(rule: BrokenRule) throws {
        try rule.check(makeRestricted())
    }

    @Test("conforming code may be more privileged than its selector")
    func conforming() throws {
        let vmcs = try makeRestricted()
        vmcs[GuestFields.selector(.ds)] |= 3
        vmcs[GuestFields.accessRights(.ds)] = 0xC09F
        #expect(vmcs.rule == nil)
    }

    @Test(
        "in virtual-8086 mode each segment register is as in real mode",
        arguments: [.es, .cs, .ss, .ds, .fs, .gs] as [GuestFields.SegmentRegister])
    func virtual8086(register: GuestFields.SegmentRegister) throws {
        for rule in [
            BrokenRule("virtual-8086") { $0[GuestFields.base(register)] += 1 },
            BrokenRule("virtual-8086") { $0[GuestFields.limit(register)] = 0xFFFE },
            BrokenRule("virtual-8086") { $0[GuestFields.accessRights(register)] = 0x93 },
        ] { try rule.check(.legalVirtual8086()) }
    }
}
