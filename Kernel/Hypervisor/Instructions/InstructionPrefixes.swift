// SPDX-License-Identifier: MIT
import Architecture

/// What stands before an instruction's opcode. (AMD APM vol. 3 §1.2)
struct InstructionPrefixes {
    let code: CodeWidth
    /// 66.
    var overridesOperandSize = false
    /// 67.
    var overridesAddressSize = false
    /// The segment that is named in place of the usual one.
    var segment: SegmentRegister?
    /// F2 or F3, the last of them.
    var repetition = Instruction.Repetition.none
    /// The low four bits of REX: W, R, X, B. VEX has the same four.
    var extensionBits: UInt8 = 0
    /// Whether there is a REX, with which the byte registers 4 to 7 are SPL, BPL, SIL and DIL.
    var hasExtension = false

    /// Takes the prefixes, and returns the byte behind them. A REX counts only when it is the last of them.
    mutating func take(from bytes: inout InstructionBytes) throws(DecodingError) -> UInt8 {
        while true {
            let byte = try bytes.next()
            if isREX(byte) {
                extensionBits = byte & 15
                hasExtension = true
            } else if note(byte) {
                extensionBits = 0
                hasExtension = false
            } else {
                return byte
            }
        }
    }

    private func isREX(_ byte: UInt8) -> Bool { code == .bits64 && byte & 0xF0 == 0x40 }

    /// Notes a legacy prefix; returns false for a byte that is none. LOCK has no effect here.
    private mutating func note(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x26: segment = .es
        case 0x2E: segment = .cs
        case 0x36: segment = .ss
        case 0x3E: segment = .ds
        case 0x64: segment = .fs
        case 0x65: segment = .gs
        case 0x66: overridesOperandSize = true
        case 0x67: overridesAddressSize = true
        case 0xF0: break
        case 0xF2: repetition = .whileDifferent
        case 0xF3: repetition = .whileEqual
        default: return false
        }
        return true
    }

    /// REX.W: operands of 64 bits.
    var isWide: Bool { extensionBits & 0b1000 != 0 }

    /// The number of a register of which the instruction holds three bits: the fourth is R, X or B.
    func register(_ low: UInt8, _ bit: ExtensionBit) -> UInt8 { low & 7 | (extensionBits &>> bit.rawValue & 1) &<< 3 }

    /// Which of the three it is, by its place in REX.
    enum ExtensionBit: UInt8 {
        case base, index, register
    }

    /// The width of operands that are no bytes.
    var operandWidth: UInt8 {
        if isWide { return 8 }
        return (code == .bits16) != overridesOperandSize ? 2 : 4
    }

    /// The width of addresses.
    var addressWidth: UInt8 {
        switch code {
        case .bits64: overridesAddressSize ? 4 : 8
        case .bits32: overridesAddressSize ? 2 : 4
        case .bits16: overridesAddressSize ? 4 : 2
        }
    }
}
