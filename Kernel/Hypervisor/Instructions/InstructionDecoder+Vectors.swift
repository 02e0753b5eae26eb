// SPDX-License-Identifier: MIT
import Architecture

/// The moves between memory and the vector registers of SSE and AVX: what compilers make of copies. (AMD APM vol. 4 §3)
extension InstructionDecoder {
    /// C5 and C4: VEX, of two bytes or three. It holds what REX, 66, F2, F3 and 0F are otherwise, inverted in part.
    /// (AMD APM vol. 3 §1.2.7)
    mutating func decodeVEX(isLong: Bool) throws(DecodingError) -> Instruction {
        // Outside of 64-bit code these are LDS and LES, unless the next byte would name two registers.
        guard let next = bytes.following else { throw .incomplete }
        let isPrefixed = prefixes.hasExtension || prefixes.overridesOperandSize || prefixes.repetition != .none
        guard prefixes.code == .bits64 || next >= 0xC0, prefixes.code != .bits16, !isPrefixed else { throw .unknown }
        let first = try bytes.next()
        var last = first
        if isLong {
            guard first & 0x1F == 1 else { throw .unknown }  // only the opcodes behind 0F
            last = try bytes.next()
        }
        let isWide: UInt8 = isLong ? last &>> 4 & 8 : 0
        let inverted = isLong ? ~first &>> 5 & 7 : ~first &>> 5 & 4
        prefixes.extensionBits = prefixes.code == .bits64 ? isWide | inverted : isWide
        guard last & 0x78 == 0x78 else { throw .unknown }  // a third operand
        switch last & 3 {
        case 1: prefixes.overridesOperandSize = true
        case 2: prefixes.repetition = .whileEqual
        case 3: prefixes.repetition = .whileDifferent
        default: break
        }
        return try decodeVector(try bytes.next(), isVEX: true, is256Bit: last & 4 != 0)
    }

    /// The opcode of a move, behind 0F or VEX.
    mutating func decodeVector(_ opcode: UInt8, isVEX: Bool, is256Bit: Bool) throws(DecodingError) -> Instruction {
        guard let move = VectorMove(opcode, prefixes) else { throw .unknown }
        let width: UInt8 =
            switch move.width {
            case .whole: is256Bit ? 32 : 16
            case .general: prefixes.isWide && prefixes.code == .bits64 ? 8 : 4
            case .bytes(let count): count
            }
        var (instruction, selector) = try memoryOnly(.moveVector, width: width)
        let register = Instruction.Operand.vector(prefixes.register(selector, .register))
        instruction.destination = move.isStore ? .memory : register
        instruction.source = move.isStore ? register : .memory
        instruction.clearsUpperVector = isVEX
        return instruction
    }
}

/// What the opcodes of vector moves mean.
private struct VectorMove {
    let isStore: Bool
    let width: Width

    enum Width {
        /// The whole register.
        case whole
        /// 4 bytes, or 8 with REX.W.
        case general
        case bytes(UInt8)
    }

    /// The move of an opcode; nil when it is none.
    init?(_ opcode: UInt8, _ prefixes: InstructionPrefixes) {
        // The prefixes that are part of these opcodes. F2 and F3 count more than 66.
        let is66 = prefixes.overridesOperandSize && prefixes.repetition == .none
        let isF3 = prefixes.repetition == .whileEqual
        let isF2 = prefixes.repetition == .whileDifferent
        switch opcode {
        case 0x10, 0x11:  // MOVUPS, MOVUPD, MOVSS, MOVSD
            self.init(isStore: opcode == 0x11, isF3 ? .bytes(4) : isF2 ? .bytes(8) : .whole)
        case 0x28, 0x29, 0x2B:  // MOVAPS, MOVAPD, MOVNTPS, MOVNTPD
            guard !isF3, !isF2 else { return nil }
            self.init(isStore: opcode != 0x28, .whole)
        case 0x6F, 0x7F:  // MOVDQA, MOVDQU
            guard is66 || isF3 else { return nil }
            self.init(isStore: opcode == 0x7F, .whole)
        case 0x6E, 0x7E:  // MOVD, MOVQ
            guard is66 || (isF3 && opcode == 0x7E) else { return nil }
            self.init(isStore: is66 && opcode == 0x7E, isF3 ? .bytes(8) : .general)
        case 0xD6 where is66: self.init(isStore: true, .bytes(8))  // MOVQ
        case 0xE7 where is66: self.init(isStore: true, .whole)  // MOVNTDQ
        case 0xF0 where isF2: self.init(isStore: false, .whole)  // LDDQU
        default: return nil
        }
    }

    private init(isStore: Bool, _ width: Width) {
        self.isStore = isStore
        self.width = width
    }
}
