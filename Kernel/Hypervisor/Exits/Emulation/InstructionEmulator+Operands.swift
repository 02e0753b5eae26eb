// SPDX-License-Identifier: MIT
import Architecture
import CPU

/// Registers, immediates, and the addresses of operands in memory.
extension InstructionEmulator {
    /// The value of an operand, of `width` bytes.
    func read(
        _ operand: Instruction.Operand, width: UInt8, of instruction: Instruction
    ) throws(InstructionFault) -> UInt64 {
        switch operand {
        case .none, .vector: 0
        case .immediate: instruction.immediate & .mask(ofBytes: width)
        case .register(let number): register(number) & .mask(ofBytes: width)
        case .highByte(let number): register(number) &>> 8 & 0xFF
        case .memory: try load(try address(of: instruction, width: width, for: []), width: width)
        }
    }

    /// Writes a value of the width of the instruction's destination to an operand.
    func write(
        _ value: UInt64, to operand: Instruction.Operand, of instruction: Instruction
    ) throws(InstructionFault) {
        switch operand {
        case .none, .vector, .immediate: break
        case .register(let number): setRegister(number, to: value, width: instruction.width)
        case .highByte(let number):
            let kept = register(number) & ~0xFF00
            setRegister(number, to: kept | (value & 0xFF) &<< 8, width: 8)
        case .memory:
            let width = instruction.width
            try store(value, at: try address(of: instruction, width: width, for: .write), width: width)
        }
    }

    /// A general register, RSP as well.
    func register(_ number: UInt8) -> UInt64 { number == 4 ? control.stackPointer : vcpu.registers[number] }

    /// Writes the lowest `width` bytes of a register. Writing four clears the upper four; fewer leave the others alone.
    func setRegister(_ number: UInt8, to value: UInt64, width: UInt8) {
        let mask = UInt64.mask(ofBytes: width)
        let kept = width >= 4 ? 0 : register(number) & ~mask
        let new = kept | value & mask
        if number == 4 { control.stackPointer = new } else { vcpu.registers[number] = new }
    }

    /// The register that a MOV to a control register reads, as wide as the code has it, and the instruction's length.
    func decodeMoveToControlRegister() throws(InstructionFault) -> (value: UInt64, length: UInt8) {
        var bytes = try fetch()
        do throws(DecodingError) {
            var prefixes = InstructionPrefixes(code: code)
            guard try prefixes.take(from: &bytes) == 0x0F, try bytes.next() == 0x22 else { throw .unknown }
            let number = prefixes.register(try bytes.next(), .base)
            return (register(number) & .mask(ofBytes: code == .bits64 ? 8 : 4), bytes.position)
        } catch .unknown {
            throw InstructionFault(.invalidOpcode)
        } catch {
            throw incompleteInstruction(after: bytes)
        }
    }

    /// The linear address of the operand in memory.
    func address(
        of instruction: Instruction, width: UInt8, for access: MemoryAccess
    ) throws(InstructionFault) -> GuestLinearAddress {
        let memory = instruction.memory
        var offset = memory.displacement
        if let base = memory.base { offset &+= register(base) }
        if let index = memory.index { offset &+= register(index) &* UInt64(memory.scale) }
        if memory.isRelative { offset &+= control.instructionPointer &+ UInt64(instruction.length) }
        offset &= .mask(ofBytes: instruction.addressWidth)
        return try address(offset, in: memory.segment, width: width, for: access)
    }

    /// The linear address of an offset in a segment. In 64-bit code only FS and GS have a base, and addresses are canonical;
    /// else segments have limits. (AMD APM vol. 2 §4.5, §4.12)
    func address(
        _ offset: UInt64, in register: SegmentRegister, width: UInt8, for access: MemoryAccess
    ) throws(InstructionFault) -> GuestLinearAddress {
        let last = offset &+ UInt64(width) &- 1
        if code == .bits64 {
            let base = register == .fs || register == .gs ? control.segment(register).base : 0
            let address = GuestLinearAddress(base &+ offset)
            if address.isCanonical && GuestLinearAddress(base &+ last).isCanonical { return address }
        } else {
            let segment = control.segment(register)
            let isProtected = control.cr0.contains(.protectionEnable) && !control.flags.contains(.virtual8086)
            let isWriting = access.contains(.write)
            if segment.holds(offset...max(offset, last)) && (!isProtected || segment.allows(writing: isWriting)) {
                return GuestLinearAddress((segment.base &+ offset) & 0xFFFF_FFFF)
            }
        }
        throw InstructionFault(register == .ss ? .stack : .generalProtection)
    }
}

extension Segment {
    /// Whether a range of offsets lies within the limit. (AMD APM vol. 2 §4.12.1, §4.12.2)
    fileprivate func holds(_ offsets: ClosedRange<UInt64>) -> Bool {
        guard attributes.contains(.expandsDown), !attributes.contains(.code) else {
            return offsets.upperBound <= UInt64(limit)
        }
        let highest: UInt64 = attributes.contains(.default32) ? 0xFFFF_FFFF : 0xFFFF
        return offsets.lowerBound > UInt64(limit) && offsets.upperBound <= highest
    }

    /// Whether it is there, and its type allows the access.
    fileprivate func allows(writing: Bool) -> Bool {
        guard attributes.contains(.present) else { return false }
        if attributes.contains(.code) { return !writing && attributes.contains(.accessible) }
        return !writing || attributes.contains(.accessible)
    }
}
