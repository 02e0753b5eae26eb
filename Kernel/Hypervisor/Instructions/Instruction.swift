// SPDX-License-Identifier: MIT
import Architecture

/// An instruction that accesses memory, taken apart: what it does, with what, and where. `InstructionDecoder` makes it of bytes,
/// `InstructionEmulator` executes it. (AMD APM vol. 3 §1; Intel SDM vol. 2A §2)
struct Instruction: Equatable {
    var operation: Operation
    /// Where the result goes, and for most operations the first of the two things that it is made of.
    var destination = Operand.none
    /// The other one.
    var source = Operand.none
    /// The width of the destination in bytes: 1, 2, 4 or 8; for vector registers also 16 or 32.
    var width: UInt8
    /// The width of the source: less than that of the destination where a move extends.
    var sourceWidth: UInt8
    /// The place in memory, when one of the operands is `.memory`.
    var memory = MemoryOperand()
    /// What an operand `.immediate` stands for, extended to 64 bits.
    var immediate: UInt64 = 0
    /// The prefix that repeats a string instruction.
    var repetition = Repetition.none
    /// The width of addresses: 2, 4 or 8 bytes.
    var addressWidth: UInt8
    /// Whether it is encoded with VEX, and clears what is above its result in a vector register.
    var clearsUpperVector = false
    /// The number of its bytes.
    var length: UInt8 = 0

    /// What an instruction does. The first eight are in the order of their encoding.
    enum Operation: UInt8 {
        case add, or, addWithCarry, subtractWithBorrow, and, subtract, xor, compare
        case test, not, negate, increment, decrement
        case move
        case moveSigned
        case exchange
        case exchangeAndAdd
        case compareAndExchange
        case bitTest, bitSet, bitReset, bitComplement
        case moveString, compareStrings, storeString, loadString, scanString
        case moveVector
    }

    /// One of the things that an instruction works on.
    enum Operand: Equatable {
        case none
        /// The place that `memory` names.
        case memory
        /// A general register, by its number: 0 is RAX, 4 is RSP.
        case register(UInt8)
        /// Bits 15:8 of RAX, RCX, RDX or RBX, by the number of that register.
        case highByte(UInt8)
        /// XMM or YMM register.
        case vector(UInt8)
        case immediate
    }

    /// How often a string instruction is executed.
    enum Repetition {
        case none
        /// REP and REPE: as often as RCX tells, and for comparisons only while they find equality.
        case whileEqual
        /// REPNE: as often as RCX tells, while comparisons find a difference.
        case whileDifferent
    }

    /// The two halves of an address: a segment, and an offset that is a sum.
    struct MemoryOperand: Equatable {
        var segment = SegmentRegister.ds
        /// The number of the first register of the sum.
        var base: UInt8?
        /// The number of the second one, and what it is multiplied with: 1, 2, 4 or 8.
        var index: UInt8?
        var scale: UInt8 = 1
        /// What is added to them, extended to 64 bits.
        var displacement: UInt64 = 0
        /// Whether the address of the next instruction is added as well.
        var isRelative = false
    }
}

/// What the processor takes code for.
enum CodeWidth {
    case bits16
    case bits32
    case bits64
}
