// SPDX-License-Identifier: MIT
import Architecture

/// Takes an instruction apart that accesses memory. It knows the moves, with and without extension, the arithmetic on memory,
/// the exchanges, the bit tests, the string instructions, and the moves of vector registers: what kernels use on registers of
/// devices, and what compilers make of plain accesses. All else is `.unknown`.
///
/// Bytes come from a guest: whatever they are, decoding ends after 15 of them. (AMD APM vol. 3, appendix A)
struct InstructionDecoder {
    var bytes: InstructionBytes
    var prefixes: InstructionPrefixes

    /// The instruction that some bytes begin with, executed as code of a width.
    static func decode(_ bytes: InstructionBytes, as code: CodeWidth) throws(DecodingError) -> Instruction {
        var decoder = InstructionDecoder(bytes: bytes, prefixes: InstructionPrefixes(code: code))
        let opcode = try decoder.prefixes.take(from: &decoder.bytes)
        var instruction = try decoder.decode(opcode)
        instruction.length = decoder.bytes.position
        return instruction
    }

    /// The one-byte opcodes.
    private mutating func decode(_ opcode: UInt8) throws(DecodingError) -> Instruction {
        switch opcode {
        case 0x0F: return try decodeTwoBytes()
        case 0xC4, 0xC5: return try decodeVEX(isLong: opcode == 0xC4)
        // ADD, OR, ADC, SBB, AND, SUB, XOR, CMP: memory and register, in either direction
        case 0x00...0x3F where opcode & 4 == 0:
            guard let operation = Instruction.Operation(rawValue: opcode &>> 3) else { throw .unknown }
            return try memoryAndRegister(operation, width: width(opcode), memoryIsSource: opcode & 2 != 0)
        case 0x63 where prefixes.code == .bits64:
            var instruction = try memoryAndRegister(.moveSigned, width: prefixes.operandWidth, memoryIsSource: true)
            instruction.sourceWidth = min(instruction.width, 4)
            return instruction
        case 0x80, 0x81, 0x83: return try decodeArithmeticGroup(opcode)
        case 0x84, 0x85: return try memoryAndRegister(.test, width: width(opcode), memoryIsSource: false)
        case 0x86, 0x87: return try memoryAndRegister(.exchange, width: width(opcode), memoryIsSource: false)
        case 0x88, 0x89: return try memoryAndRegister(.move, width: width(opcode), memoryIsSource: false)
        case 0x8A, 0x8B: return try memoryAndRegister(.move, width: width(opcode), memoryIsSource: true)
        case 0xA0...0xA3: return try decodeDirectMove(opcode)
        case 0xC6, 0xC7: return try memoryAndImmediate(.move, width: width(opcode), only: 0)
        case 0xF6, 0xF7: return try decodeUnaryGroup(opcode)
        case 0xFE, 0xFF: return try decodeIncrementGroup(opcode)
        default: return try decodeString(opcode)
        }
    }

    /// Opcodes with bit 0 clear work on bytes.
    func width(_ opcode: UInt8) -> UInt8 { opcode & 1 == 0 ? 1 : prefixes.operandWidth }

    /// 80, 81, 83: the arithmetic on memory with an immediate.
    private mutating func decodeArithmeticGroup(_ opcode: UInt8) throws(DecodingError) -> Instruction {
        let width = width(opcode)
        var (instruction, selector) = try memoryOnly(.add, width: width)
        guard let operation = Instruction.Operation(rawValue: selector) else { throw .unknown }
        instruction.operation = operation
        instruction.source = .immediate
        instruction.immediate = try bytes.nextSigned(opcode == 0x81 ? min(width, 4) : 1)
        return instruction
    }

    /// F6, F7: TEST with an immediate, NOT, NEG. The multiplications and divisions are not known.
    private mutating func decodeUnaryGroup(_ opcode: UInt8) throws(DecodingError) -> Instruction {
        let width = width(opcode)
        var (instruction, selector) = try memoryOnly(.test, width: width)
        switch selector {
        case 0, 1:
            instruction.source = .immediate
            instruction.immediate = try bytes.nextSigned(min(width, 4))
        case 2: instruction.operation = .not
        case 3: instruction.operation = .negate
        default: throw .unknown
        }
        return instruction
    }

    /// FE, FF: INC and DEC.
    private mutating func decodeIncrementGroup(_ opcode: UInt8) throws(DecodingError) -> Instruction {
        var (instruction, selector) = try memoryOnly(.increment, width: width(opcode))
        guard selector < 2 else { throw .unknown }
        if selector == 1 { instruction.operation = .decrement }
        return instruction
    }

    /// A0 to A3: RAX and an address that is written out.
    private mutating func decodeDirectMove(_ opcode: UInt8) throws(DecodingError) -> Instruction {
        let isStore = opcode & 2 != 0
        var instruction = make(.move, width: width(opcode))
        instruction.destination = isStore ? .memory : .register(0)
        instruction.source = isStore ? .register(0) : .memory
        instruction.memory.segment = prefixes.segment ?? .ds
        let address = try bytes.nextSigned(prefixes.addressWidth)
        instruction.memory.displacement = address & .mask(ofBytes: prefixes.addressWidth)
        return instruction
    }

    /// A4 to A7, AA to AF: MOVS, CMPS, STOS, LODS, SCAS. Their operands are RAX and what RSI and RDI point to.
    private func decodeString(_ opcode: UInt8) throws(DecodingError) -> Instruction {
        let operation: Instruction.Operation
        switch opcode {
        case 0xA4, 0xA5: operation = .moveString
        case 0xA6, 0xA7: operation = .compareStrings
        case 0xAA, 0xAB: operation = .storeString
        case 0xAC, 0xAD: operation = .loadString
        case 0xAE, 0xAF: operation = .scanString
        default: throw .unknown
        }
        var instruction = make(operation, width: width(opcode))
        instruction.repetition = prefixes.repetition
        instruction.memory.segment = prefixes.segment ?? .ds
        return instruction
    }

    /// An instruction that has no operands yet.
    func make(_ operation: Instruction.Operation, width: UInt8) -> Instruction {
        Instruction(
            operation: operation, width: width, sourceWidth: width, addressWidth: prefixes.addressWidth)
    }
}
