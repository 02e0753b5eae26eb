// SPDX-License-Identifier: MIT
import Architecture
import Hypervisor
import Testing

@testable import SVM

/// Each rule of AMD APM vol. 2 §15.5.1 that is checked has a VMCB that breaks it.
struct VMCBValidatorTests {
    private func brokenRule(_ test: TestVMCB) -> String? {
        VMCBValidator.brokenRule(control: test.vmcb.control, state: test.vmcb.state).map { "\($0)" }
    }

    @Test("the state in which a PVH guest starts breaks no rule, and neither does 64-bit code")
    func legal() {
        let test = TestVMCB.legal()
        #expect(brokenRule(test) == nil)
        test.vmcb.load(.realMode(vector: 1))
        #expect(brokenRule(test) == nil)
        test.vmcb.load(.protectedMode(entry: 0))
        test.vmcb.state.efer.formUnion([.longModeEnable, .longModeActive])
        test.vmcb.state.cr0.insert(.paging)
        test.vmcb.state.cr4.insert(.physicalAddressExtension)
        test.vmcb.state.cs.attributes = SegmentAttributes(rawValue: 0xA9B)
        #expect(brokenRule(test) == nil)
        for event in [EventInjection(.interrupt, vector: 0xFF), EventInjection(.exception, vector: 31)] {
            test.vmcb.control.eventInjection = event
            #expect(brokenRule(test) == nil)
        }
    }

    /// A way to break a rule, and a word that the message must have.
    struct Break: CustomTestStringConvertible {
        let word: String
        let apply: @Sendable (VMCB) -> Void

        init(_ word: String, _ apply: @escaping @Sendable (VMCB) -> Void) {
            self.word = word
            self.apply = apply
        }

        var testDescription: String { word }
    }

    @Test(
        "a broken rule of the control area is named",
        arguments: [
            Break("VMRUN intercept") { $0.control.virtualizationIntercepts.remove(.vmrun) },
            Break("address space identifier") { $0.control.addressSpaceIdentifier = 0 },
            Break("I/O permission map") { $0.control.ioPermissionMap = 0x1004 },
            Break("MSR permission map") { $0.control.msrPermissionMap = 0x1800 },
            Break("nested CR3") { $0.control.nestedCR3 = 1 << 52 },
            Break("nested CR3") { $0.control.nestedCR3 = 0x5018 },
            Break("TLB control") { $0.control.tlbControl = TLBControl(rawValue: 2) },
            Break("reserved kind") { $0.control.eventInjection = EventInjection(rawValue: 1 << 31 | 1 << 8) },
            Break("above 31") { $0.control.eventInjection = EventInjection(.exception, vector: 32) },
            Break("non-maskable") { $0.control.eventInjection = EventInjection(.exception, vector: 2) },
        ])
    func controlArea(rule: Break) throws {
        let test = TestVMCB.legal()
        rule.apply(test.vmcb)
        #expect(try #require(brokenRule(test)).contains(rule.word))
    }

    @Test(
        "a broken rule of the guest's state is named",
        arguments: [
            Break("EFER.SVME") { $0.state.efer.remove(.secureVirtualMachineEnable) },
            Break("CR0.NW") { $0.state.cr0.insert(.notWriteThrough) },
            Break("CR0 has bits") { $0.state.cr0.insert(CR0(rawValue: 1 << 32)) },
            Break("CR3 has") { $0.state.cr3 = 1 << 52 },
            Break("CR3 has") { $0.state.cr3 = 1 << 63 },
            Break("CR4 has") { $0.state.cr4.insert(CR4(rawValue: 1 << 13)) },
            Break("CR4 has") { $0.state.cr4.insert(CR4(rawValue: 1 << 14)) },
            Break("CR4 has") { $0.state.cr4.insert(CR4(rawValue: 1 << 15)) },
            Break("CR4 has") { $0.state.cr4.insert(CR4(rawValue: 1 << 19)) },
            Break("CR4 has") { $0.state.cr4.insert(CR4(rawValue: 1 << 32)) },
            Break("DR6") { $0.state.dr6 = 1 << 32 },
            Break("DR7") { $0.state.dr7 = 1 << 40 },
            Break("EFER has") { $0.state.efer.insert(EFER(rawValue: 1 << 1)) },
            Break("EFER has") { $0.state.efer.insert(EFER(rawValue: 1 << 32)) },
        ])
    func state(rule: Break) throws {
        let test = TestVMCB.legal()
        rule.apply(test.vmcb)
        #expect(try #require(brokenRule(test)).contains(rule.word))
    }

    @Test(
        "a broken rule of long mode is named",
        arguments: [
            Break("CR4.PAE") { $0.state.cr4.remove(.physicalAddressExtension) },
            Break("CR0.PE") { $0.state.cr0.remove(.protectionEnable) },
            Break("CS.L and CS.D") { $0.state.cs.attributes.insert(.default32) },
        ])
    func longMode(rule: Break) throws {
        let test = TestVMCB.legal()
        test.vmcb.state.efer.formUnion([.longModeEnable, .longModeActive])
        test.vmcb.state.cr0.insert(.paging)
        test.vmcb.state.cr4.insert(.physicalAddressExtension)
        test.vmcb.state.cs.attributes = SegmentAttributes(rawValue: 0xA9B)
        rule.apply(test.vmcb)
        #expect(try #require(brokenRule(test)).contains(rule.word))
    }
}
