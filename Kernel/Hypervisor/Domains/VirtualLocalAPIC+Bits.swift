// SPDX-License-Identifier: MIT

/// The bits that the registers have. (Intel SDM vol. 3A §11.5 to §11.9; AMD APM vol. 2 §16.4)
extension VirtualLocalAPIC {
    /// Bits 5 and 6 of the error status: a vector below 16 was sent, or received.
    static var sentIllegalVector: UInt32 { 1 << 5 }
    static var receivedIllegalVector: UInt32 { 1 << 6 }

    /// The bits of an entry of the local vector table: of all bits 16, 12 and 7:0; the timer has its mode, the others but the error
    /// a delivery mode, LINT0 and LINT1 a polarity, a trigger mode and its state.
    private static func localVectorBits(_ index: Int) -> UInt32 {
        switch index {
        case 0: 0x7_10FF
        case 1, 2: 0x1_17FF
        case 3, 4: 0x1_F7FF
        default: 0x1_10FF
        }
    }

    /// The bits that may be written to a register in x2APIC mode; nil for a register that cannot be written.
    static func allowedBits(_ register: UInt32) -> UInt64? {
        switch register {
        case LocalAPICRegister.taskPriority, LocalAPICRegister.selfInterrupt: 0xFF
        case LocalAPICRegister.endOfInterrupt, LocalAPICRegister.errorStatus: 0
        case LocalAPICRegister.spurious: 0x3FF
        case LocalAPICRegister.command: 0xFFFF_FFFF_000C_CFFF
        case LocalAPICRegister.machineCheckVector: 0x1_07FF
        case LocalAPICRegister.localVectors: UInt64(localVectorBits(Int(register &- 0x32)))
        case LocalAPICRegister.timerInitialCount: 0xFFFF_FFFF
        case LocalAPICRegister.timerDivide: 0b1011
        default: nil
        }
    }

    /// Writes an entry of the local vector table. While the APIC is off all are masked.
    mutating func setLocalVector(_ index: Int, to value: UInt32) {
        let masked: UInt32 = isEnabled ? 0 : 1 << 16
        localVectors[index] = (value | masked) & VirtualLocalAPIC.localVectorBits(index)
    }

    /// Writes the spurious-interrupt register. Switching off masks the local vector table.
    mutating func setSpurious(_ value: UInt32) {
        spurious = value & 0x3FF
        guard !isEnabled else { return }
        for index in 0..<6 { localVectors[index] |= 1 << 16 }
    }
}
