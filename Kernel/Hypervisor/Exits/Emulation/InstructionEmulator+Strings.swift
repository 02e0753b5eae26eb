// SPDX-License-Identifier: MIT
import Architecture

/// MOVS, CMPS, STOS, LODS and SCAS, with and without repetition. (AMD APM vol. 3 §1.2.6)
extension InstructionEmulator {
    /// The most rounds before the guest is entered again, and interrupts are taken.
    private var roundLimit: UInt64 { 64 }

    /// Executes rounds until the instruction is done or the limit is reached. Returns whether it is done. A round that faults
    /// leaves the registers as the one before it has left them.
    func executeString(_ instruction: Instruction) throws(InstructionFault) -> Bool {
        guard instruction.repetition != .none else {
            try executeRound(instruction)
            return true
        }
        // The count is kept here: optimised code that reads the register again in each round was seen to find its first value.
        var count = register(1) & .mask(ofBytes: instruction.addressWidth)
        var budget = roundLimit
        while count != 0 && budget != 0 {
            try executeRound(instruction)
            count &-= 1
            budget &-= 1
            setRegister(1, to: count, width: instruction.addressWidth)
            if endsRepetition(instruction) { return true }
        }
        return count == 0
    }

    /// Whether the last comparison ends the repetition.
    private func endsRepetition(_ instruction: Instruction) -> Bool {
        guard instruction.operation == .compareStrings || instruction.operation == .scanString else { return false }
        return control.flags.contains(.zero) != (instruction.repetition == .whileEqual)
    }

    private func executeRound(_ instruction: Instruction) throws(InstructionFault) {
        let width = instruction.width
        switch instruction.operation {
        case .moveString:
            let value = try loadFromSource(instruction)
            try storeToDestination(value, instruction)
            advance(6, instruction)
            advance(7, instruction)
        case .compareStrings:
            let first = try loadFromSource(instruction)
            compare(first, with: try loadFromDestination(instruction), instruction)
            advance(6, instruction)
            advance(7, instruction)
        case .loadString:
            setRegister(0, to: try loadFromSource(instruction), width: width)
            advance(6, instruction)
        case .scanString:
            let first = register(0) & .mask(ofBytes: width)
            compare(first, with: try loadFromDestination(instruction), instruction)
            advance(7, instruction)
        default:
            try storeToDestination(register(0), instruction)
            advance(7, instruction)
        }
    }

    /// What RSI points to, in the segment that a prefix may name.
    private func loadFromSource(_ instruction: Instruction) throws(InstructionFault) -> UInt64 {
        let offset = register(6) & .mask(ofBytes: instruction.addressWidth)
        let place = try address(offset, in: instruction.memory.segment, width: instruction.width, for: [])
        return try load(place, width: instruction.width)
    }

    /// What RDI points to, always in ES.
    private func loadFromDestination(_ instruction: Instruction) throws(InstructionFault) -> UInt64 {
        let offset = register(7) & .mask(ofBytes: instruction.addressWidth)
        return try load(
            try address(offset, in: .es, width: instruction.width, for: []), width: instruction.width)
    }

    private func storeToDestination(_ value: UInt64, _ instruction: Instruction) throws(InstructionFault) {
        let offset = register(7) & .mask(ofBytes: instruction.addressWidth)
        let place = try address(offset, in: .es, width: instruction.width, for: .write)
        try store(value, at: place, width: instruction.width)
    }

    private func compare(_ first: UInt64, with second: UInt64, _ instruction: Instruction) {
        control.flags =
            Arithmetic(instruction.operation, first, second, width: instruction.width, flags: control.flags).flags
    }

    /// Moves RSI or RDI by one element, in the direction of RFLAGS.DF.
    private func advance(_ number: UInt8, _ instruction: Instruction) {
        let step = UInt64(instruction.width)
        let isDownwards = control.flags.contains(.direction)
        let offset = isDownwards ? register(number) &- step : register(number) &+ step
        setRegister(number, to: offset, width: instruction.addressWidth)
    }
}
