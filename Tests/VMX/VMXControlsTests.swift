// SPDX-License-Identifier: MIT
import Testing

@testable import VMX

/// Control words from what a processor insists on and what it can do.
struct VMXControlsTests {
    private func controls(_ processor: TestProcessor, auxiliary: Bool = true) throws -> VMXControls {
        try VMXControls(processor.capabilities, hasTimestampAuxiliary: auxiliary)
    }

    @Test("each word has what the processor requires and what we want, and nothing else")
    func words() throws {
        let controls = try controls(TestProcessor())
        #expect(controls.pinBased.rawValue == 0x16 | 1 << 0 | 1 << 3 | 1 << 5)
        let processorBased: UInt32 = 1 << 7 | 1 << 10 | 1 << 11 | 1 << 21 | 1 << 24 | 1 << 28 | 1 << 29 | 1 << 31
        #expect(controls.processorBased.rawValue == 0x0400_6172 | processorBased)
        #expect(controls.secondary.rawValue == 1 << 1 | 1 << 3 | 1 << 5 | 1 << 6 | 1 << 7)
        #expect(controls.exit.rawValue == 0x0003_6DFB | 1 << 2 | 1 << 9 | 0xF << 18)
        #expect(controls.entry.rawValue == 0x11FB | 1 << 2 | 1 << 14 | 1 << 15)
    }

    @Test("the processor accepts them, whatever else it insists on")
    func accepted() throws {
        var processor = TestProcessor()
        processor.require(6, in: 0x48D)
        processor.require(9, in: 0x48E)
        processor.require(20, in: 0x48B)
        processor.require(0, in: 0x48F)
        processor.require(13, in: 0x490)
        let capabilities = processor.capabilities
        let controls = try controls(processor)
        #expect(capabilities.pinBased.accepts(controls.pinBased.rawValue))
        #expect(capabilities.processorBased.accepts(controls.processorBased.rawValue))
        #expect(capabilities.secondary.accepts(controls.secondary.rawValue))
        #expect(capabilities.exit.accepts(controls.exit.rawValue))
        #expect(capabilities.entry.accepts(controls.entry.rawValue))
        #expect(controls.secondary.rawValue & 1 << 20 != 0)
    }

    @Test("a processor whose old registers insist on bits that are harmless is accepted as well")
    func oldRegisters() throws {
        var processor = TestProcessor()
        processor.clear(55, in: 0x480)
        let controls = try controls(processor)
        #expect(controls.processorBased.rawValue & 0x0401_E172 == 0x0401_E172)
    }

    @Test("guests have RDTSCP where the processor has TSC_AUX")
    func timestampAuxiliary() throws {
        var processor = TestProcessor()
        #expect(try !controls(processor, auxiliary: false).secondary.contains(.readTimestampAuxiliary))
        processor.forbid(3, in: 0x48B)
        #expect(try !controls(processor, auxiliary: false).secondary.contains(.readTimestampAuxiliary))
    }

    /// A bit of a capability register without which guests cannot run, and what its absence is called.
    struct Missing: CustomTestStringConvertible {
        let (bit, register): (UInt64, UInt32)
        let failure: VMXFailure
        var testDescription: String { "bit \(bit) of \(String(register, radix: 16))" }

        init(_ bit: UInt64, _ register: UInt32, _ failure: VMXFailure) {
            (self.bit, self.register, self.failure) = (bit, register, failure)
        }
    }

    @Test(
        "each control that is missing has its failure",
        arguments: [
            Missing(0, 0x48D, .noVirtualNMIs), Missing(3, 0x48D, .noVirtualNMIs), Missing(5, 0x48D, .noVirtualNMIs),
            Missing(7, 0x48E, .noSecondaryControls), Missing(21, 0x48E, .noSecondaryControls),
            Missing(24, 0x48E, .noSecondaryControls), Missing(28, 0x48E, .noSecondaryControls),
            Missing(31, 0x48E, .noSecondaryControls), Missing(1, 0x48B, .noExtendedPaging),
            Missing(5, 0x48B, .noExtendedPaging), Missing(7, 0x48B, .noUnrestrictedGuest),
            Missing(18, 0x48F, .noEFERSwitch), Missing(19, 0x48F, .noEFERSwitch), Missing(20, 0x48F, .noEFERSwitch),
            Missing(21, 0x48F, .noEFERSwitch), Missing(14, 0x490, .noEFERSwitch), Missing(15, 0x490, .noEFERSwitch),
        ])
    func missingControl(missing: Missing) {
        var processor = TestProcessor()
        processor.forbid(missing.bit, in: missing.register)
        #expect(throws: missing.failure) { try controls(processor) }
    }

    @Test(
        "each feature of extended paging that is missing has its failure", arguments: [6, 14, 16, 20, 32] as [UInt64])
    func missingFeature(bit: UInt64) {
        var processor = TestProcessor()
        processor.clear(bit, in: 0x48C)
        #expect(throws: VMXFailure.noExtendedPaging) { try controls(processor) }
    }

    @Test("every failure says something of its own")
    func messages() {
        let failures: [VMXFailure] = [
            .absent, .disabledByFirmware, .notSwitchedOn, .noVirtualNMIs, .noSecondaryControls, .noExtendedPaging,
            .noUnrestrictedGuest, .noEFERSwitch, .outOfMemory,
        ]
        #expect(Set(failures.map { "\($0.message)" }).count == failures.count)
        #expect("\(VMXFailure.disabledByFirmware.message)".contains("firmware's settings"))
        #expect("\(VMXFailure.noUnrestrictedGuest.message)".contains("without paging"))
    }
}
