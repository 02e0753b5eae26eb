// SPDX-License-Identifier: MIT
import Architecture

/// The operands that a ModRM byte names: one in memory, one in a register. (AMD APM vol. 3 §1.4)
extension InstructionDecoder {
    /// An instruction with an operand in memory and one in a register.
    mutating func memoryAndRegister(
        _ operation: Instruction.Operation, width: UInt8, memoryIsSource: Bool, registerWidth: UInt8? = nil
    ) throws(DecodingError) -> Instruction {
        var (instruction, selector) = try memoryOnly(operation, width: width)
        let register = register(selector, width: registerWidth ?? width)
        instruction.destination = memoryIsSource ? register : .memory
        instruction.source = memoryIsSource ? .memory : register
        return instruction
    }

    /// An instruction with an operand in memory and an immediate. Three bits of ModRM must be what they are expected to be.
    mutating func memoryAndImmediate(
        _ operation: Instruction.Operation, width: UInt8, only expected: UInt8
    ) throws(DecodingError) -> Instruction {
        var (instruction, selector) = try memoryOnly(operation, width: width)
        guard selector == expected else { throw .unknown }
        instruction.source = .immediate
        instruction.immediate = try bytes.nextSigned(min(width, 4))
        return instruction
    }

    /// An instruction with an operand in memory, and the three bits of ModRM that name a register or choose the instruction.
    mutating func memoryOnly(
        _ operation: Instruction.Operation, width: UInt8
    ) throws(DecodingError) -> (Instruction, selector: UInt8) {
        var instruction = make(operation, width: width)
        let modRM = try bytes.next()
        guard modRM < 0xC0 else { throw .unknown }  // two registers, and no memory
        instruction.destination = .memory
        instruction.memory = try prefixes.addressWidth == 2 ? place16(modRM) : place(modRM)
        if let segment = prefixes.segment { instruction.memory.segment = segment }
        return (instruction, modRM &>> 3 & 7)
    }

    /// A register of some width: without REX, the byte registers 4 to 7 are the second bytes of the first four.
    private func register(_ selector: UInt8, width: UInt8) -> Instruction.Operand {
        if width == 1 && !prefixes.hasExtension && selector >= 4 { return .highByte(selector &- 4) }
        return .register(prefixes.register(selector, .register))
    }

    /// An address of 32 or 64 bits, perhaps with a SIB byte.
    private mutating func place(_ modRM: UInt8) throws(DecodingError) -> Instruction.MemoryOperand {
        var place = Instruction.MemoryOperand()
        let mode = modRM &>> 6
        var hasBase = true
        if modRM & 7 == 4 {
            let sib = try bytes.next()
            let index = prefixes.register(sib &>> 3, .index)
            if index != 4 { place.index = index }
            place.scale = 1 &<< (sib &>> 6)
            place.base = prefixes.register(sib, .base)
            hasBase = mode != 0 || sib & 7 != 5
        } else {
            place.base = prefixes.register(modRM, .base)
            hasBase = mode != 0 || modRM & 7 != 5
            place.isRelative = !hasBase && prefixes.code == .bits64
        }
        if place.base == 4 || place.base == 5 { place.segment = .ss }
        if !hasBase {
            place.base = nil
            place.segment = .ds
        }
        if mode == 1 { place.displacement = try bytes.nextSigned(1) }
        if mode == 2 || !hasBase { place.displacement = try bytes.nextSigned(4) }
        return place
    }

    /// An address of 16 bits: sums of BX or BP with SI or DI.
    private mutating func place16(_ modRM: UInt8) throws(DecodingError) -> Instruction.MemoryOperand {
        let (rbx, rbp, rsi, rdi): (UInt8, UInt8, UInt8, UInt8) = (3, 5, 6, 7)
        var place = Instruction.MemoryOperand()
        switch modRM & 7 {
        case 0: (place.base, place.index) = (rbx, rsi)
        case 1: (place.base, place.index) = (rbx, rdi)
        case 2: (place.base, place.index) = (rbp, rsi)
        case 3: (place.base, place.index) = (rbp, rdi)
        case 4: place.base = rsi
        case 5: place.base = rdi
        case 6: place.base = rbp
        default: place.base = rbx
        }
        let mode = modRM &>> 6
        if mode == 0 && modRM & 7 == 6 {
            place.base = nil
            place.displacement = try bytes.nextSigned(2)
        } else if mode != 0 {
            place.displacement = try bytes.nextSigned(mode)
        }
        if place.base == rbp { place.segment = .ss }
        return place
    }
}
