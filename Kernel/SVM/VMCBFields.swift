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

/// An event that VMRUN delivers to the guest, or that an exit has kept from being delivered. Offsets 0x0A8 and 0x088. (AMD APM
/// vol. 2 §15.20)
struct EventInjection: RawRepresentable, Equatable, BitwiseCopyable, Sendable {
    let rawValue: UInt64

    /// Bits 10:8.
    enum Kind: UInt64 {
        case interrupt = 0
        case nonMaskableInterrupt = 2
        case exception = 3
        case softwareInterrupt = 4
    }

    /// Nothing.
    static let none = EventInjection(rawValue: 0)

    init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    /// An event with bit 31, V, set; bit 11, EV, tells that an error code goes with it, in bits 63:32.
    init(_ kind: Kind, vector: UInt8, errorCode: UInt32? = nil) {
        let error = errorCode.map { UInt64($0) << 32 | 1 << 11 } ?? 0
        rawValue = UInt64(vector) | kind.rawValue << 8 | 1 << 31 | error
    }

    /// Bit 31, V: there is an event.
    var isValid: Bool { rawValue & 1 << 31 != 0 }
    /// Bits 10:8; nil for a reserved value.
    var kind: Kind? { Kind(rawValue: rawValue >> 8 & 7) }
    /// Bits 7:0.
    var vector: UInt8 { UInt8(truncatingIfNeeded: rawValue) }

    /// The event to deliver again after an exit: none for INT n, INT3 and INTO, whose instruction is executed again.
    var forReinjection: EventInjection {
        guard isValid else { return .none }
        let isSoftware = kind == .softwareInterrupt || (kind == .exception && (vector == 3 || vector == 4))
        return isSoftware ? .none : self
    }
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
