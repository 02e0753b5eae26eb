// SPDX-License-Identifier: MIT
import Testing

@testable import VMX

/// The bits of the control words. (Intel SDM vol. 3C §25.6 to §25.8)
struct ControlsTests {
    @Test("pin-based controls have their bits")
    func pinBased() {
        #expect(PinBasedControls.externalInterruptExiting.rawValue == 1 << 0)
        #expect(PinBasedControls.nmiExiting.rawValue == 1 << 3)
        #expect(PinBasedControls.virtualNMIs.rawValue == 1 << 5)
    }

    @Test(
        "processor-based controls have their bits",
        arguments: [
            (.interruptWindowExiting, 2), (.timestampOffset, 3), (.haltExiting, 7), (.mwaitExiting, 10),
            (.readPerformanceCounterExiting, 11), (.taskPriorityShadow, 21), (.nmiWindowExiting, 22),
            (.unconditionalIOExiting, 24), (.msrBitmap, 28), (.monitorExiting, 29), (.secondaryControls, 31),
        ] as [(ProcessorBasedControls, UInt32)])
    func processorBased(control: ProcessorBasedControls, bit: UInt32) {
        #expect(control.rawValue == 1 << bit)
    }

    @Test(
        "secondary controls have their bits",
        arguments: [
            (.extendedPageTables, 1), (.readTimestampAuxiliary, 3), (.virtualProcessorIdentifiers, 5),
            (.writeBackExiting, 6), (.unrestrictedGuest, 7),
        ] as [(SecondaryControls, UInt32)])
    func secondary(control: SecondaryControls, bit: UInt32) {
        #expect(control.rawValue == 1 << bit)
    }

    @Test(
        "VM-exit controls have their bits",
        arguments: [
            (.saveDebugControls, 2), (.hostAddressSpaceSize, 9), (.savePageAttributeTable, 18),
            (.loadPageAttributeTable, 19), (.saveEFER, 20), (.loadEFER, 21),
        ] as [(ExitControls, UInt32)])
    func exit(control: ExitControls, bit: UInt32) {
        #expect(control.rawValue == 1 << bit)
    }

    @Test("VM-entry controls have their bits")
    func entry() {
        #expect(EntryControls.loadDebugControls.rawValue == 1 << 2)
        #expect(EntryControls.longModeGuest.rawValue == 1 << 9)
        #expect(EntryControls.loadPageAttributeTable.rawValue == 1 << 14)
        #expect(EntryControls.loadEFER.rawValue == 1 << 15)
    }

    @Test("the interruptibility state has its bits")
    func interruptibility() {
        #expect(Interruptibility.afterSTI.rawValue == 1)
        #expect(Interruptibility.afterMOVSS.rawValue == 2)
        #expect(Interruptibility.afterSMI.rawValue == 4)
        #expect(Interruptibility.handlingNMI.rawValue == 8)
    }
}
