// SPDX-License-Identifier: MIT
import Testing

@testable import VMX

/// A field of the VMCS as the manual's tables of encodings have it: by its group and its number in that. (Intel SDM vol. 3D
/// appendix B)
struct KnownField: CustomTestStringConvertible {
    /// Bits 14:13 of the encoding.
    enum Width: UInt64 {
        case word = 0
        case wide = 1
        case double = 2
        case natural = 3
    }

    /// Bits 11:10.
    enum Kind: UInt64 {
        case control = 0
        case readOnly = 1
        case guest = 2
        case host = 3
    }

    /// What the kernel uses.
    let encoding: UInt64
    /// The number of bytes of the values that the kernel reads and writes.
    let valueSize: Int
    /// What the manual says.
    let (width, kind, index): (Width, Kind, UInt64)

    init<Value>(_ field: VMCSField<Value>, _ width: Width, _ kind: Kind, _ index: UInt64) {
        encoding = field.encoding
        valueSize = MemoryLayout<Value>.size
        (self.width, self.kind, self.index) = (width, kind, index)
    }

    /// The bytes of the field's values.
    var expectedSize: Int {
        switch width {
        case .word: 2
        case .double: 4
        case .wide, .natural: 8
        }
    }

    var testDescription: String { String(encoding, radix: 16) }

    static var all: [KnownField] { control + readOnly + guest + segments + host }
}

extension KnownField {
    /// Tables B-1, B-4, B-8 and B-12.
    static let control: [KnownField] = [
        KnownField(ControlFields.virtualProcessorIdentifier, .word, .control, 0),
        KnownField(ControlFields.msrBitmap, .wide, .control, 2),
        KnownField(ControlFields.virtualAPICPage, .wide, .control, 9),
        KnownField(ControlFields.extendedPageTables, .wide, .control, 13),
        KnownField(ControlFields.pinBased, .double, .control, 0),
        KnownField(ControlFields.processorBased, .double, .control, 1),
        KnownField(ControlFields.exceptionBitmap, .double, .control, 2),
        KnownField(ControlFields.pageFaultErrorCodeMask, .double, .control, 3),
        KnownField(ControlFields.pageFaultErrorCodeMatch, .double, .control, 4),
        KnownField(ControlFields.cr3TargetCount, .double, .control, 5),
        KnownField(ControlFields.exit, .double, .control, 6),
        KnownField(ControlFields.exitMSRStoreCount, .double, .control, 7),
        KnownField(ControlFields.exitMSRLoadCount, .double, .control, 8),
        KnownField(ControlFields.entry, .double, .control, 9),
        KnownField(ControlFields.entryMSRLoadCount, .double, .control, 10),
        KnownField(ControlFields.entryInterruption, .double, .control, 11),
        KnownField(ControlFields.entryErrorCode, .double, .control, 12),
        KnownField(ControlFields.entryInstructionLength, .double, .control, 13),
        KnownField(ControlFields.taskPriorityThreshold, .double, .control, 14),
        KnownField(ControlFields.secondary, .double, .control, 15),
        KnownField(ControlFields.cr0Mask, .natural, .control, 0),
        KnownField(ControlFields.cr4Mask, .natural, .control, 1),
        KnownField(ControlFields.cr0Shadow, .natural, .control, 2),
        KnownField(ControlFields.cr4Shadow, .natural, .control, 3),
    ]

    /// Tables B-5, B-9 and B-13.
    static let readOnly: [KnownField] = [
        KnownField(ExitFields.guestPhysicalAddress, .wide, .readOnly, 0),
        KnownField(ExitFields.instructionError, .double, .readOnly, 0),
        KnownField(ExitFields.reason, .double, .readOnly, 1),
        KnownField(ExitFields.interruption, .double, .readOnly, 2),
        KnownField(ExitFields.interruptionErrorCode, .double, .readOnly, 3),
        KnownField(ExitFields.vectoring, .double, .readOnly, 4),
        KnownField(ExitFields.vectoringErrorCode, .double, .readOnly, 5),
        KnownField(ExitFields.instructionLength, .double, .readOnly, 6),
        KnownField(ExitFields.instructionInformation, .double, .readOnly, 7),
        KnownField(ExitFields.qualification, .natural, .readOnly, 0),
        KnownField(ExitFields.guestLinearAddress, .natural, .readOnly, 5),
    ]

    /// Tables B-6, B-10 and B-14, but for the segment registers.
    static let guest: [KnownField] = [
        KnownField(GuestFields.vmcsLink, .wide, .guest, 0),
        KnownField(GuestFields.debugControl, .wide, .guest, 1),
        KnownField(GuestFields.pageAttributeTable, .wide, .guest, 2),
        KnownField(GuestFields.efer, .wide, .guest, 3),
        KnownField(GuestFields.pageDirectoryPointer(0), .wide, .guest, 5),
        KnownField(GuestFields.pageDirectoryPointer(3), .wide, .guest, 8),
        KnownField(GuestFields.gdtrLimit, .double, .guest, 8),
        KnownField(GuestFields.idtrLimit, .double, .guest, 9),
        KnownField(GuestFields.interruptibility, .double, .guest, 18),
        KnownField(GuestFields.activityState, .double, .guest, 19),
        KnownField(GuestFields.systemEnterSegment, .double, .guest, 21),
        KnownField(GuestFields.cr0, .natural, .guest, 0),
        KnownField(GuestFields.cr3, .natural, .guest, 1),
        KnownField(GuestFields.cr4, .natural, .guest, 2),
        KnownField(GuestFields.gdtrBase, .natural, .guest, 11),
        KnownField(GuestFields.idtrBase, .natural, .guest, 12),
        KnownField(GuestFields.dr7, .natural, .guest, 13),
        KnownField(GuestFields.rsp, .natural, .guest, 14),
        KnownField(GuestFields.rip, .natural, .guest, 15),
        KnownField(GuestFields.rflags, .natural, .guest, 16),
        KnownField(GuestFields.pendingDebugExceptions, .natural, .guest, 17),
        KnownField(GuestFields.systemEnterStack, .natural, .guest, 18),
        KnownField(GuestFields.systemEnterTarget, .natural, .guest, 19),
    ]

    /// The four fields of each segment register, which has the same place in four tables: ES, CS, SS, DS, FS, GS, LDTR, TR.
    static var segments: [KnownField] {
        let order: [GuestFields.SegmentRegister] = [.es, .cs, .ss, .ds, .fs, .gs, .ldtr, .tr]
        return zip(order, UInt64(0)...).flatMap { register, place in
            [
                KnownField(GuestFields.selector(register), .word, .guest, place),
                KnownField(GuestFields.limit(register), .double, .guest, place),
                KnownField(GuestFields.accessRights(register), .double, .guest, 10 + place),
                KnownField(GuestFields.base(register), .natural, .guest, 3 + place),
            ]
        }
    }

    /// Tables B-3, B-7, B-11 and B-15.
    static let host: [KnownField] = [
        KnownField(HostFields.esSelector, .word, .host, 0),
        KnownField(HostFields.csSelector, .word, .host, 1),
        KnownField(HostFields.ssSelector, .word, .host, 2),
        KnownField(HostFields.dsSelector, .word, .host, 3),
        KnownField(HostFields.fsSelector, .word, .host, 4),
        KnownField(HostFields.gsSelector, .word, .host, 5),
        KnownField(HostFields.trSelector, .word, .host, 6),
        KnownField(HostFields.pageAttributeTable, .wide, .host, 0),
        KnownField(HostFields.efer, .wide, .host, 1),
        KnownField(HostFields.systemEnterSegment, .double, .host, 0),
        KnownField(HostFields.cr0, .natural, .host, 0),
        KnownField(HostFields.cr3, .natural, .host, 1),
        KnownField(HostFields.cr4, .natural, .host, 2),
        KnownField(HostFields.fsBase, .natural, .host, 3),
        KnownField(HostFields.gsBase, .natural, .host, 4),
        KnownField(HostFields.trBase, .natural, .host, 5),
        KnownField(HostFields.gdtrBase, .natural, .host, 6),
        KnownField(HostFields.idtrBase, .natural, .host, 7),
        KnownField(HostFields.systemEnterStack, .natural, .host, 8),
        KnownField(HostFields.systemEnterTarget, .natural, .host, 9),
        KnownField(HostFields.rsp, .natural, .host, 10),
        KnownField(HostFields.rip, .natural, .host, 11),
    ]
}
