// SPDX-License-Identifier: MIT
import Architecture
import Hypervisor
import Testing

@testable import VMX

/// Checks on control fields and on event injection. (Intel SDM vol. 3C §27.2.1)
struct VMCSValidatorControlTests {
    @Test(
        "a control word without a required bit, or with one that is impossible, is named",
        arguments: [
            BrokenRule("pin-based") { $0.write(0x4000, $0.read(0x4000) & ~0x2) },
            BrokenRule("pin-based") { $0.write(0x4000, $0.read(0x4000) | 1 << 8) },
            BrokenRule("processor-based") { $0.write(0x4002, $0.read(0x4002) & ~0x2) },
            BrokenRule("processor-based") { $0.write(0x4002, $0.read(0x4002) | 1) },
            BrokenRule("secondary") { $0.write(0x401E, $0.read(0x401E) | 1 << 31) },
            BrokenRule("VM-exit controls") { $0.write(0x400C, $0.read(0x400C) & ~0x1) },
            BrokenRule("VM-exit controls") { $0.write(0x400C, $0.read(0x400C) | 1 << 23) },
            BrokenRule("VM-entry controls") { $0.write(0x4012, $0.read(0x4012) & ~0x1) },
            BrokenRule("VM-entry controls") { $0.write(0x4012, $0.read(0x4012) | 1 << 16) },
        ])
    func words(rule: BrokenRule) throws {
        try rule.check(.legal())
    }

    @Test(
        "a broken rule of the VM-execution controls is named",
        arguments: [
            BrokenRule("MSR bitmap") { $0[ControlFields.msrBitmap] = 0x4008 },
            BrokenRule("MSR bitmap") { $0[ControlFields.msrBitmap] = 1 << 39 },
            BrokenRule("NMI exiting is off") { $0[ControlFields.pinBased].remove(.nmiExiting) },
            BrokenRule("virtual-APIC address") { $0[ControlFields.virtualAPICPage] = 0x5001 },
            BrokenRule("virtual-APIC address") { $0[ControlFields.virtualAPICPage] = 1 << 40 },
            BrokenRule("threshold has reserved") { $0[ControlFields.taskPriorityThreshold] = 0x10 },
            BrokenRule("above the task priority") {
                $0.taskPriority = 4
                $0[ControlFields.taskPriorityThreshold] = 5
            },
            BrokenRule("virtual-processor identifier") { $0[ControlFields.virtualProcessorIdentifier] = 0 },
            BrokenRule("no extended page tables") { $0[ControlFields.secondary].remove(.extendedPageTables) },
            BrokenRule("tables have an unknown memory type") {
                $0[ControlFields.extendedPageTables] = 0x6000 | 3 << 3 | 5
            },
            BrokenRule("four levels") { $0[ControlFields.extendedPageTables] = 0x6000 | 2 << 3 | 6 },
            BrokenRule("extended-page-table pointer") { $0[ControlFields.extendedPageTables] |= 1 << 7 },
            BrokenRule("extended-page-table pointer") { $0[ControlFields.extendedPageTables] |= 1 << 39 },
            BrokenRule("CR3 targets") { $0[ControlFields.cr3TargetCount] = 5 },
            BrokenRule("MSR areas") { $0[ControlFields.exitMSRStoreCount] = 1 },
            BrokenRule("MSR areas") { $0[ControlFields.exitMSRLoadCount] = 1 },
            BrokenRule("MSR areas") { $0[ControlFields.entryMSRLoadCount] = 1 },
        ])
    func execution(rule: BrokenRule) throws {
        try rule.check(.legal())
    }

    @Test("NMI-window exiting needs virtual NMIs")
    func nonMaskableInterruptWindow() throws {
        try BrokenRule("virtual NMIs are off") {
            $0[ControlFields.pinBased].remove(.virtualNMIs)
            $0.requestNonMaskableInterruptWindow()
        }.check(.legal())
    }

    @Test("uncached extended page tables are legal, too")
    func uncachedTables() throws {
        let vmcs = try RecordedVMCS.legal()
        vmcs[ControlFields.extendedPageTables] = 0x6000 | 3 << 3
        #expect(vmcs.rule == nil)
    }

    @Test(
        "a broken rule of event injection is named",
        arguments: [
            BrokenRule("injected event has reserved bits") {
                $0.injection = EventInjection(rawValue: 1 << 31 | 1 << 12 | 2 << 8 | 2)
            },
            BrokenRule("injected event has reserved bits") {
                $0.injection = EventInjection(rawValue: 1 << 31 | 1 << 30 | 2 << 8 | 2)
            },
            BrokenRule("reserved kind") { $0.injection = EventInjection(rawValue: 1 << 31 | 1 << 8) },
            BrokenRule("reserved kind") { $0.injection = EventInjection(rawValue: 1 << 31 | 7 << 8) },
            BrokenRule("another vector") { $0.injection = EventInjection(.nonMaskableInterrupt, vector: 3) },
            BrokenRule("above 31") { $0.injection = EventInjection(.exception, vector: 32) },
            BrokenRule("possible length") { $0.injection = EventInjection(.softwareInterrupt, vector: 0x80) },
            BrokenRule("possible length") {
                $0[ControlFields.entryInstructionLength] = 16
                $0.injection = EventInjection(.softwareException, vector: 3)
            },
            BrokenRule("lacks its error code") { $0.injection = EventInjection(.exception, vector: 13) },
            BrokenRule("must not have an error code") {
                $0.injection = EventInjection(.exception, vector: 6, errorCode: 0)
            },
            BrokenRule("must not have an error code") {
                $0.flags.insert(.interruptEnable)
                $0.injection = EventInjection(.interrupt, vector: 13, errorCode: 0)
            },
            BrokenRule("error code has reserved") {
                $0.injection = EventInjection(.exception, vector: 14, errorCode: 0x1_0000)
            },
        ])
    func injection(rule: BrokenRule) throws {
        try rule.check(.legal())
    }

    @Test("in real mode no exception has an error code")
    func realMode() throws {
        let vmcs = try RecordedVMCS.legal()
        vmcs.load(.realMode(vector: 1))
        try BrokenRule("must not have an error code") {
            $0.injection = EventInjection(.exception, vector: 13, errorCode: 0)
        }.check(vmcs)
    }

    @Test("the events of instructions are legal with a length of 1 to 15 bytes", arguments: [1, 2, 15] as [UInt32])
    func instructionLengths(length: UInt32) throws {
        let vmcs = try RecordedVMCS.legal()
        vmcs[ControlFields.entryInstructionLength] = length
        for kind in [EventInjection.Kind.softwareInterrupt, .softwareException, .privilegedSoftwareException] {
            vmcs.injection = EventInjection(kind, vector: 3)
            #expect(vmcs.rule == nil)
        }
    }
}
