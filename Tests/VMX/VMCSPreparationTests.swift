// SPDX-License-Identifier: MIT
import Architecture
import Hypervisor
import TestMemory
import Testing

@testable import VMX

struct VMCSPreparationTests {
    @Test("a new VMCS has the control words, the pages that go with them, and no event, area or link")
    func controls() throws {
        let memory = TestFrames(count: 1)
        let vmcs = RecordedVMCS()
        for field in KnownField.all { vmcs.write(field.encoding, 0x5A5A_5A5A_5A5A_5A5A) }
        let controls = try VMXControls(vmcs.capabilities, hasTimestampAuxiliary: true)
        vmcs.writeControls(controls, MSRBitmap(in: memory.first))
        #expect(vmcs[ControlFields.pinBased] == controls.pinBased)
        #expect(vmcs[ControlFields.processorBased] == controls.processorBased)
        #expect(vmcs[ControlFields.secondary] == controls.secondary)
        #expect(vmcs[ControlFields.exit] == controls.exit)
        #expect(vmcs[ControlFields.entry] == controls.entry)
        #expect(vmcs[ControlFields.exceptionBitmap] == .always)
        #expect(vmcs[ControlFields.msrBitmap] == memory.first.address.value)
        #expect(vmcs[ControlFields.virtualAPICPage] == vmcs.virtualAPICPage.value)
        #expect(vmcs[GuestFields.vmcsLink] == .max)
        for field in [
            ControlFields.pageFaultErrorCodeMask, ControlFields.pageFaultErrorCodeMatch, ControlFields.cr3TargetCount,
            ControlFields.taskPriorityThreshold, ControlFields.exitMSRStoreCount, ControlFields.exitMSRLoadCount,
            ControlFields.entryMSRLoadCount, ControlFields.entryInterruption, GuestFields.systemEnterSegment,
        ] { #expect(vmcs[field] == 0) }
        #expect(vmcs[GuestFields.systemEnterStack] == 0 && vmcs[GuestFields.systemEnterTarget] == 0)
    }

    @Test(
        "preparing and starting between them write every field of the controls and of the guest that the processor looks at"
    )
    func everyField() throws {
        let memory = TestFrames(count: 1)
        let vmcs = RecordedVMCS()
        vmcs.writeControls(
            try VMXControls(vmcs.capabilities, hasTimestampAuxiliary: true), MSRBitmap(in: memory.first))
        vmcs.load(.protectedMode(entry: 0))
        let ofGuest = KnownField.control + KnownField.guest + KnownField.segments
        let unwritten = ofGuest.map(\.encoding).filter { !vmcs.hasWritten($0) }
        // The identifier and the tables are written where the domain is known, an error code with its event, and the length only
        // matters for events that Apus never injects. The page-directory pointers do not matter before PAE paging is on.
        let expected: [UInt64] = [
            ControlFields.virtualProcessorIdentifier.encoding, ControlFields.extendedPageTables.encoding,
            ControlFields.entryErrorCode.encoding, ControlFields.entryInstructionLength.encoding,
            GuestFields.pageDirectoryPointer(0).encoding, GuestFields.pageDirectoryPointer(3).encoding,
        ]
        #expect(Set(unwritten) == Set(expected))
    }
}
