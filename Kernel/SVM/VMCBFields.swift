// SPDX-License-Identifier: MIT

/// What VMRUN drops of the cached translations. Offset 0x05C; 32 bits with the reserved ones behind it. (AMD APM vol. 2
/// §15.16.2)
struct TLBControl: RawRepresentable, Equatable, BitwiseCopyable, Sendable {
    let rawValue: UInt32

    /// Nothing.
    static let keep = TLBControl(rawValue: 0)
    /// Everything.
    static let flushAll = TLBControl(rawValue: 1)
    /// What belongs to the guest's address space identifier; only with the feature FlushByAsid.
    static let flushGuest = TLBControl(rawValue: 3)
}

/// Virtual interrupts. Offset 0x060. (AMD APM vol. 2 §15.21)
struct VirtualInterruptControl: RawRepresentable, Equatable, BitwiseCopyable, Sendable {
    var rawValue: UInt64

    init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    /// Bit 24, V_INTR_MASKING: RFLAGS.IF and CR8 of the guest do not hold back physical interrupts.
    static let masking = VirtualInterruptControl(rawValue: 1 << 24)

    /// Bits 7:0, V_TPR: the guest's CR8.
    var taskPriority: UInt8 {
        get { UInt8(truncatingIfNeeded: rawValue) & 15 }
        set { rawValue = rawValue & ~0xFF | UInt64(newValue & 15) }
    }

    /// Bit 8, V_IRQ: an interrupt waits for the guest. Its priority is in bits 19:16; bit 20, V_IGN_TPR, tells that the guest's
    /// task priority does not matter.
    var isRequested: Bool { rawValue & 1 << 8 != 0 }

    /// Lets an interrupt wait; with a priority only until the task priority is below it.
    mutating func request(priority: UInt8?) {
        withdraw()
        rawValue |= 1 << 8 | (priority.map { UInt64($0 & 15) << 16 } ?? 1 << 20)
    }

    /// Takes the interrupt back.
    mutating func withdraw() {
        rawValue &= ~(1 << 8 | 0xF << 16 | 1 << 20)
    }
}
