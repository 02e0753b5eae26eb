// SPDX-License-Identifier: MIT
import Architecture
import Hypervisor
import Testing

@testable import VMX

/// Guests that break no rule of Intel SDM vol. 3C §27.2 and §27.3, and the checks on the guest's state that belong to no other
/// file: RIP, RFLAGS, and what is no register (§27.3.1.4, §27.3.1.5).
struct VMCSValidatorTests {
    @Test("the states in which virtual CPUs start break no rule")
    func starts() throws {
        let vmcs = try RecordedVMCS.legal()
        #expect(vmcs.rule == nil)
        for vector in [0, 0x9F, 0xFF] as [UInt8] {
            vmcs.load(.realMode(vector: vector))
            #expect(vmcs.rule == nil)
        }
    }

    @Test("64-bit code breaks none, nor does virtual-8086 mode")
    func modes() throws {
        #expect(try RecordedVMCS.legalLong().rule == nil)
        #expect(try RecordedVMCS.legalVirtual8086().rule == nil)
    }

    @Test("whatever Apus injects in a state that allows it breaks none")
    func injections() throws {
        let vmcs = try RecordedVMCS.legal()
        vmcs.injectNonMaskableInterrupt()
        #expect(vmcs.rule == nil)
        for vector in UInt8(0)..<32 where vector != 2 {
            let exception = Exception(rawValue: vector)
            vmcs.injectException(vector, errorCode: exception?.hasErrorCode == true ? 0 : nil)
            #expect(vmcs.rule == nil)
        }
        vmcs.flags.insert(.interruptEnable)
        for vector in UInt8.min...UInt8.max {
            vmcs.injectInterrupt(vector)
            #expect(vmcs.rule == nil)
        }
        vmcs.load(.realMode(vector: 1))
        vmcs.injectException(13, errorCode: 0)
        #expect(vmcs.rule == nil)
    }

    @Test("windows and single steps break none")
    func windows() throws {
        let vmcs = try RecordedVMCS.legal()
        vmcs.taskPriority = 9
        vmcs.requestInterruptWindow(priority: nil)
        vmcs.requestInterruptWindow(priority: 12)
        vmcs.requestNonMaskableInterruptWindow()
        vmcs.flags.insert(.trap)
        #expect(vmcs.rule == nil)
        vmcs.cancelInterruptWindow()
        #expect(vmcs.rule == nil)
    }

    @Test(
        "a broken rule of RIP and RFLAGS is named",
        arguments: [
            BrokenRule("RIP has bits 63:32") { $0.instructionPointer = 1 << 32 },
            BrokenRule("RFLAGS has reserved") { $0.flags.remove(.alwaysOne) },
            BrokenRule("RFLAGS has reserved") { $0.flags.insert(RFlags(rawValue: 1 << 3)) },
            BrokenRule("RFLAGS has reserved") { $0.flags.insert(RFlags(rawValue: 1 << 5)) },
            BrokenRule("RFLAGS has reserved") { $0.flags.insert(RFlags(rawValue: 1 << 15)) },
            BrokenRule("RFLAGS has reserved") { $0.flags.insert(RFlags(rawValue: 1 << 22)) },
            BrokenRule("RFLAGS has reserved") { $0.flags.insert(RFlags(rawValue: 1 << 63)) },
            BrokenRule("an interrupt is injected and RFLAGS.IF") { $0.injectInterrupt(0x30) },
        ])
    func flags(rule: BrokenRule) throws {
        try rule.check(.legal())
    }

    @Test("RIP of 64-bit code is canonical")
    func canonicalRIP() throws {
        for address in [0x0000_8000_0000_0000, 0xFFFF_7FFF_FFFF_FFFF, 1 << 63] as [UInt64] {
            try BrokenRule("RIP is not canonical") { $0[GuestFields.rip] = address }.check(.legalLong())
        }
        let vmcs = try RecordedVMCS.legalLong()
        for address in [0x0000_7FFF_FFFF_FFFF, 0xFFFF_8000_0000_0000, .max] as [UInt64] {
            vmcs.instructionPointer = address
            #expect(vmcs.rule == nil)
        }
    }

    @Test("virtual-8086 mode is neither in long mode nor in real mode")
    func virtual8086() throws {
        let rule = BrokenRule("RFLAGS.VM") { vmcs in
            vmcs.enterLongMode()
            vmcs[GuestFields.accessRights(.cs)] = 0xF3
        }
        try rule.check(.legalVirtual8086())
        try BrokenRule("RFLAGS.VM") { $0[GuestFields.cr0] = $0[GuestFields.cr0].subtracting(.protectionEnable) }
            .check(.legalVirtual8086())
    }

    @Test(
        "a broken rule of what is no register is named",
        arguments: [
            BrokenRule("not active") { $0[GuestFields.activityState] = 1 },
            BrokenRule("interruptibility state has reserved") {
                $0[GuestFields.interruptibility] = Interruptibility(rawValue: 1 << 5)
            },
            BrokenRule("both there") {
                $0.flags.insert(.interruptEnable)
                $0[GuestFields.interruptibility] = [.afterSTI, .afterMOVSS]
            },
            BrokenRule("shadow of STI is there and RFLAGS.IF") { $0[GuestFields.interruptibility] = .afterSTI },
            BrokenRule("system-management") { $0[GuestFields.interruptibility] = .afterSMI },
            BrokenRule("link pointer") { $0[GuestFields.vmcsLink] = 0x8000 },
            BrokenRule("an interrupt is injected in the shadow") {
                $0.flags.insert(.interruptEnable)
                $0[GuestFields.interruptibility] = .afterMOVSS
                $0.injectInterrupt(0x30)
            },
            BrokenRule("a non-maskable interrupt is injected in the shadow") {
                $0[GuestFields.interruptibility] = .afterMOVSS
                $0.injectNonMaskableInterrupt()
            },
            BrokenRule("into the handler of one") {
                $0[GuestFields.interruptibility] = .handlingNMI
                $0.injectNonMaskableInterrupt()
            },
        ])
    func activity(rule: BrokenRule) throws {
        try rule.check(.legal())
    }

    @Test("the pending debug exceptions have reserved bits", arguments: [4, 10, 13, 15, 17, 63] as [UInt64])
    func pendingDebugExceptions(bit: UInt64) throws {
        try BrokenRule("pending debug exceptions") { $0[GuestFields.pendingDebugExceptions] = 1 << bit }.check(.legal())
    }

    @Test("in a shadow a single step is pending when the guest steps, and only then")
    func pendingStep() throws {
        try BrokenRule("single step") {
            $0[GuestFields.interruptibility] = .afterMOVSS
            $0.flags.insert(.trap)
        }.check(.legal())
        try BrokenRule("single step") {
            $0[GuestFields.interruptibility] = .afterMOVSS
            $0[GuestFields.pendingDebugExceptions] = 1 << 14
        }.check(.legal())
        try BrokenRule("single step") {
            $0[GuestFields.interruptibility] = .afterMOVSS
            $0[GuestFields.pendingDebugExceptions] = 1 << 14
            $0.flags.insert(.trap)
            $0[GuestFields.debugControl] = 2  // BTF: only branches
        }.check(.legal())
        let vmcs = try RecordedVMCS.legal()
        vmcs[GuestFields.interruptibility] = .afterMOVSS
        vmcs.flags.insert(.trap)
        vmcs[GuestFields.pendingDebugExceptions] = 1 << 14
        #expect(vmcs.rule == nil)
    }
}
