// SPDX-License-Identifier: MIT
import Architecture
import CPU

/// Executes the instruction at RIP in the processor's place: one that accesses memory which is not there, and so can neither
/// complete nor tell what it wants. Its other accesses are made with the guest's own rights.
struct InstructionEmulator<Backend: VirtualizationBackend, Machine: Platform> {
    let cpu: PhysicalCPU<Backend, Machine>
    let vcpu: VirtualCPU
    let control: Backend.Control
    /// How the guest translates addresses.
    let space: GuestAddressSpace
    /// What the code at RIP is executed as.
    let code: CodeWidth
    /// `.user` at privilege level 3.
    let privilege: MemoryAccess

    init(_ cpu: PhysicalCPU<Backend, Machine>, _ vcpu: VirtualCPU) {
        self.cpu = cpu
        self.vcpu = vcpu
        control = cpu.backend.control(of: vcpu)
        space = GuestMemory(of: vcpu, control).space
        let isDefault32 = control.segment(.cs).attributes.contains(.default32)
        code = control.isIn64BitCode ? .bits64 : isDefault32 ? .bits32 : .bits16
        privilege = control.privilegeLevel == 3 ? .user : []
    }

    /// Executes it. String instructions may stop after some rounds; then they go on when the guest is entered again.
    ///
    /// - Throws: the exception that the guest gets.
    func execute() throws(InstructionFault) {
        let instruction = try decode()
        var isDone = true
        switch instruction.operation {
        case .moveString, .compareStrings, .storeString, .loadString, .scanString:
            isDone = try executeString(instruction)
        case .moveVector: try moveVector(instruction)
        case .bitTest, .bitSet, .bitReset, .bitComplement: try executeBitOperation(instruction)
        case .exchange, .exchangeAndAdd, .compareAndExchange: try executeExchange(instruction)
        default: try executeArithmetic(instruction)
        }
        if isDone { finish(instruction) }
    }

    /// The bytes at RIP, taken apart. What is not known is an invalid opcode, as for Xen's emulator.
    private func decode() throws(InstructionFault) -> Instruction {
        let bytes = try fetch()
        do throws(DecodingError) {
            return try InstructionDecoder.decode(bytes, as: code)
        } catch .unknown {
            throw InstructionFault(.invalidOpcode)
        } catch {
            throw incompleteInstruction(after: bytes)
        }
    }

    /// Goes on behind the instruction. RFLAGS.TF asks for a debug exception there, RFLAGS.RF has had its effect.
    private func finish(_ instruction: Instruction) {
        let next = control.instructionPointer &+ UInt64(instruction.length)
        control.instructionPointer = code == .bits64 ? next : next & 0xFFFF_FFFF
        if control.isInterruptShadowed { control.isInterruptShadowed = false }
        let flags = control.flags
        if flags.contains(.resume) { control.flags = flags.subtracting(.resume) }
        if flags.contains(.trap) { control.injectSingleStep() }
    }

    /// Moves and arithmetic. Memory is written before registers and flags are, so that an instruction that faults has changed
    /// nothing.
    private func executeArithmetic(_ instruction: Instruction) throws(InstructionFault) {
        let source = try read(instruction.source, width: instruction.sourceWidth, of: instruction)
        switch instruction.operation {
        case .move:
            try write(source, to: instruction.destination, of: instruction)
        case .moveSigned:
            let value = source.extendingSign(of: instruction.sourceWidth)
            try write(value, to: instruction.destination, of: instruction)
        default:
            let first = try read(instruction.destination, width: instruction.width, of: instruction)
            let result = Arithmetic(
                instruction.operation, first, source, width: instruction.width, flags: control.flags)
            if instruction.operation != .compare && instruction.operation != .test {
                try write(result.value, to: instruction.destination, of: instruction)
            }
            control.flags = result.flags
        }
    }

    /// XCHG, XADD and CMPXCHG: a register gets what was in memory.
    private func executeExchange(_ instruction: Instruction) throws(InstructionFault) {
        let old = try read(instruction.destination, width: instruction.width, of: instruction)
        let source = try read(instruction.source, width: instruction.width, of: instruction)
        if instruction.operation == .compareAndExchange {
            let accumulator = register(0) & .mask(ofBytes: instruction.width)
            let comparison = Arithmetic(
                .compare, accumulator, old, width: instruction.width, flags: control.flags)
            let isEqual = accumulator == old
            try write(isEqual ? source : old, to: instruction.destination, of: instruction)
            if !isEqual { setRegister(0, to: old, width: instruction.width) }
            control.flags = comparison.flags
            return
        }
        let result = Arithmetic(instruction.operation, old, source, width: instruction.width, flags: control.flags)
        try write(result.value, to: instruction.destination, of: instruction)
        try write(old, to: instruction.source, of: instruction)
        control.flags = result.flags
    }

    /// BT and its kin. A bit number in a register is signed, and reaches beyond the operand.
    private func executeBitOperation(_ instruction: Instruction) throws(InstructionFault) {
        var instruction = instruction
        var number = try read(instruction.source, width: instruction.width, of: instruction)
        let bits = UInt64(instruction.width) &* 8
        if instruction.source != .immediate {
            let signed = Int64(bitPattern: number.extendingSign(of: instruction.width))
            let operands = signed &>> Int64(bits.trailingZeroBitCount)
            instruction.memory.displacement &+= UInt64(bitPattern: operands) &* UInt64(instruction.width)
        }
        number &= bits &- 1
        let value = try read(.memory, width: instruction.width, of: instruction)
        let result = Arithmetic(instruction.operation, bit: number, of: value, flags: control.flags)
        if instruction.operation != .bitTest { try write(result.value, to: .memory, of: instruction) }
        control.flags = result.flags
    }
}
