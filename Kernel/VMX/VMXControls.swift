// SPDX-License-Identifier: MIT

/// The control words with which every guest runs: what we want, and what the processor insists on.
struct VMXControls: BitwiseCopyable, Sendable {
    let pinBased: PinBasedControls
    let processorBased: ProcessorBasedControls
    let secondary: SecondaryControls
    let exit: ExitControls
    let entry: EntryControls

    /// The words for a processor.
    ///
    /// - Throws: what it lacks.
    init(_ capabilities: VMXCapabilities, hasTimestampAuxiliary: Bool) throws(VMXFailure) {
        pinBased = try VMXControls.word(
            [.externalInterruptExiting, .nmiExiting, .virtualNMIs], capabilities.pinBased, .noVirtualNMIs)
        processorBased = try VMXControls.word(
            [
                .haltExiting, .mwaitExiting, .readPerformanceCounterExiting, .taskPriorityShadow,
                .unconditionalIOExiting,
                .msrBitmap, .monitorExiting, .secondaryControls,
            ], capabilities.processorBased, .noSecondaryControls)
        var wanted: SecondaryControls = [.extendedPageTables, .virtualProcessorIdentifiers, .writeBackExiting]
        if hasTimestampAuxiliary { wanted.insert(.readTimestampAuxiliary) }
        _ = try VMXControls.word(wanted, capabilities.secondary, .noExtendedPaging)
        wanted.insert(.unrestrictedGuest)
        secondary = try VMXControls.word(wanted, capabilities.secondary, .noUnrestrictedGuest)
        exit = try VMXControls.word(
            [
                .saveDebugControls, .hostAddressSpaceSize, .savePageAttributeTable, .loadPageAttributeTable, .saveEFER,
                .loadEFER,
            ], capabilities.exit, .noEFERSwitch)
        entry = try VMXControls.word(
            [.loadDebugControls, .loadPageAttributeTable, .loadEFER], capabilities.entry, .noEFERSwitch)
        guard capabilities.extendedPaging.isSuperset(of: [.fourLevels, .writeBack, .largePages, .invept, .invvpid])
        else { throw .noExtendedPaging }
    }

    /// What is wanted together with what is required.
    private static func word<Word: OptionSet>(
        _ wanted: Word, _ allowed: VMXCapabilities.Allowed, _ failure: VMXFailure
    ) throws(VMXFailure) -> Word where Word.RawValue == UInt32 {
        guard allowed.accepts(wanted.rawValue | allowed.required) else { throw failure }
        return Word(rawValue: wanted.rawValue | allowed.required)
    }
}
