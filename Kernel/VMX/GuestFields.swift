// SPDX-License-Identifier: MIT
import Architecture

/// The fields that hold the guest's registers while the hypervisor runs. (Intel SDM vol. 3C §25.4)
enum GuestFields {
    static var cr0: VMCSField<CR0> { VMCSField(0x6800) }
    static var cr3: VMCSField<UInt64> { VMCSField(0x6802) }
    static var cr4: VMCSField<CR4> { VMCSField(0x6804) }
    static var dr7: VMCSField<UInt64> { VMCSField(0x681A) }
    static var rsp: VMCSField<UInt64> { VMCSField(0x681C) }
    static var rip: VMCSField<UInt64> { VMCSField(0x681E) }
    static var rflags: VMCSField<RFlags> { VMCSField(0x6820) }

    /// The segment registers, in the order of their fields.
    enum SegmentRegister: UInt64, CaseIterable {
        case es, cs, ss, ds, fs, gs, ldtr, tr
    }

    static func selector(_ register: SegmentRegister) -> VMCSField<UInt16> {
        VMCSField(0x0800 &+ register.rawValue &* 2)
    }
    static func base(_ register: SegmentRegister) -> VMCSField<UInt64> { VMCSField(0x6806 &+ register.rawValue &* 2) }
    static func limit(_ register: SegmentRegister) -> VMCSField<UInt32> { VMCSField(0x4800 &+ register.rawValue &* 2) }
    static func accessRights(_ register: SegmentRegister) -> VMCSField<UInt32> {
        VMCSField(0x4814 &+ register.rawValue &* 2)
    }
    static var gdtrBase: VMCSField<UInt64> { VMCSField(0x6816) }
    static var idtrBase: VMCSField<UInt64> { VMCSField(0x6818) }
    static var gdtrLimit: VMCSField<UInt32> { VMCSField(0x4810) }
    static var idtrLimit: VMCSField<UInt32> { VMCSField(0x4812) }

    static var debugControl: VMCSField<UInt64> { VMCSField(0x2802) }
    static var systemEnterSegment: VMCSField<UInt32> { VMCSField(0x482A) }
    static var systemEnterStack: VMCSField<UInt64> { VMCSField(0x6824) }
    static var systemEnterTarget: VMCSField<UInt64> { VMCSField(0x6826) }
    static var pageAttributeTable: VMCSField<UInt64> { VMCSField(0x2804) }
    static var efer: VMCSField<EFER> { VMCSField(0x2806) }

    /// The four entries of the highest table of PAE paging.
    static func pageDirectoryPointer(_ index: UInt64) -> VMCSField<UInt64> { VMCSField(0x280A &+ index &* 2) }

    // What is no register: §25.4.2.
    static var activityState: VMCSField<UInt32> { VMCSField(0x4826) }
    static var interruptibility: VMCSField<Interruptibility> { VMCSField(0x4824) }
    static var pendingDebugExceptions: VMCSField<UInt64> { VMCSField(0x6822) }
    static var vmcsLink: VMCSField<UInt64> { VMCSField(0x2800) }
}

/// What holds events back for the guest. (Intel SDM vol. 3C table 25-3)
struct Interruptibility: OptionSet, BitwiseCopyable, Sendable {
    let rawValue: UInt32

    /// Bit 0: STI was the last instruction.
    static let afterSTI = Interruptibility(rawValue: 1 << 0)
    /// Bit 1: MOV SS or POP SS was the last instruction.
    static let afterMOVSS = Interruptibility(rawValue: 1 << 1)
    /// Bit 2: system-management interrupts are held back.
    static let afterSMI = Interruptibility(rawValue: 1 << 2)
    /// Bit 3: the handler of a non-maskable interrupt runs.
    static let handlingNMI = Interruptibility(rawValue: 1 << 3)
}
