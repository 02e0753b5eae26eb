// SPDX-License-Identifier: MIT
import Architecture

/// The opcodes behind 0F.
extension InstructionDecoder {
    mutating func decodeTwoBytes() throws(DecodingError) -> Instruction {
        let opcode = try bytes.next()
        let width = width(opcode)
        switch opcode {
        // BT, BTS, BTR, BTC with the number of the bit in a register
        case 0xA3: return try memoryAndRegister(.bitTest, width: prefixes.operandWidth, memoryIsSource: false)
        case 0xAB: return try memoryAndRegister(.bitSet, width: prefixes.operandWidth, memoryIsSource: false)
        case 0xB3: return try memoryAndRegister(.bitReset, width: prefixes.operandWidth, memoryIsSource: false)
        case 0xBB: return try memoryAndRegister(.bitComplement, width: prefixes.operandWidth, memoryIsSource: false)
        case 0xBA: return try decodeBitGroup()
        case 0xB0, 0xB1: return try memoryAndRegister(.compareAndExchange, width: width, memoryIsSource: false)
        case 0xC0, 0xC1: return try memoryAndRegister(.exchangeAndAdd, width: width, memoryIsSource: false)
        // MOVZX and MOVSX of 8 and 16 bits
        case 0xB6, 0xB7: return try decodeExtension(.move, from: opcode)
        case 0xBE, 0xBF: return try decodeExtension(.moveSigned, from: opcode)
        // MOVNTI
        case 0xC3 where prefixes.repetition == .none && !prefixes.overridesOperandSize:
            return try memoryAndRegister(.move, width: prefixes.operandWidth, memoryIsSource: false)
        default: return try decodeVector(opcode, isVEX: false, is256Bit: false)
        }
    }

    private mutating func decodeExtension(
        _ operation: Instruction.Operation, from opcode: UInt8
    ) throws(DecodingError) -> Instruction {
        // The register is never a byte, so it is not one of the four second bytes.
        var instruction = try memoryAndRegister(operation, width: prefixes.operandWidth, memoryIsSource: true)
        instruction.sourceWidth = opcode & 1 == 0 ? 1 : 2
        return instruction
    }

    /// The bit tests with the number of the bit in the instruction.
    private mutating func decodeBitGroup() throws(DecodingError) -> Instruction {
        var (instruction, selector) = try memoryOnly(.bitTest, width: prefixes.operandWidth)
        switch selector {
        case 4: break
        case 5: instruction.operation = .bitSet
        case 6: instruction.operation = .bitReset
        case 7: instruction.operation = .bitComplement
        default: throw .unknown
        }
        instruction.source = .immediate
        instruction.immediate = try bytes.nextSigned(1) & UInt64(instruction.width &* 8 &- 1)
        return instruction
    }
}
