// SPDX-License-Identifier: MIT
import Architecture

/// What an arithmetic instruction makes of two numbers: a third one, and the flags. (AMD APM vol. 1 §3.1.4)
struct Arithmetic: Equatable {
    /// The result.
    let value: UInt64
    /// RFLAGS after it.
    let flags: RFlags

    /// Carries an operation out on numbers of `width` bytes. Operations with one operand take the first.
    init(_ operation: Instruction.Operation, _ first: UInt64, _ second: UInt64, width: UInt8, flags: RFlags) {
        let carry: UInt64 = flags.contains(.carry) ? 1 : 0
        switch operation {
        case .add, .exchangeAndAdd: self.init(adding: first, second, 0, width, flags)
        case .addWithCarry: self.init(adding: first, second, carry, width, flags)
        case .subtract, .compare, .compareAndExchange, .compareStrings, .scanString:
            self.init(subtracting: second, from: first, 0, width, flags)
        case .subtractWithBorrow: self.init(subtracting: second, from: first, carry, width, flags)
        case .negate: self.init(subtracting: first, from: 0, 0, width, flags)
        case .and, .test: self.init(logical: first & second, width, flags)
        case .or: self.init(logical: first | second, width, flags)
        case .xor: self.init(logical: first ^ second, width, flags)
        case .increment: self.init(Arithmetic(adding: first, 1, 0, width, flags), keepingCarryOf: flags)
        case .decrement: self.init(Arithmetic(subtracting: 1, from: first, 0, width, flags), keepingCarryOf: flags)
        case .not: self.init(value: ~first & .mask(ofBytes: width), flags: flags)
        default: self.init(value: second & .mask(ofBytes: width), flags: flags)  // a move
        }
    }

    /// Tests the bit `number` of a value, and then sets, resets or complements it. Only the carry flag changes.
    init(_ operation: Instruction.Operation, bit number: UInt64, of value: UInt64, flags: RFlags) {
        let bit: UInt64 = 1 &<< number
        let changed =
            switch operation {
            case .bitSet: value | bit
            case .bitReset: value & ~bit
            case .bitComplement: value ^ bit
            default: value
            }
        self.init(value: changed, flags: flags.setting(.carry, value & bit != 0))
    }

    private init(value: UInt64, flags: RFlags) {
        self.value = value
        self.flags = flags
    }

    private init(adding first: UInt64, _ second: UInt64, _ carry: UInt64, _ width: UInt8, _ flags: RFlags) {
        let sum = first &+ second &+ carry
        self.init(
            sum, width, flags, carries: first & second | (first | second) & ~sum,
            overflows: (first ^ sum) & (second ^ sum), adjusts: first ^ second ^ sum)
    }

    private init(
        subtracting second: UInt64, from first: UInt64, _ borrow: UInt64, _ width: UInt8, _ flags: RFlags
    ) {
        let difference = first &- second &- borrow
        self.init(
            difference, width, flags, carries: ~first & second | (~first | second) & difference,
            overflows: (first ^ second) & (first ^ difference), adjusts: first ^ second ^ difference)
    }

    private init(logical result: UInt64, _ width: UInt8, _ flags: RFlags) {
        self.init(result, width, flags, carries: 0, overflows: 0, adjusts: 0)
    }

    /// The flags of a result: carry and overflow are the highest bits of `carries` and `overflows`, adjust is bit 4 of `adjusts`.
    private init(
        _ result: UInt64, _ width: UInt8, _ flags: RFlags, carries: UInt64, overflows: UInt64, adjusts: UInt64
    ) {
        let highest: UInt64 = 1 &<< (UInt64(width) &* 8 &- 1)
        value = result & .mask(ofBytes: width)
        self.flags =
            flags
            .setting(.carry, carries & highest != 0)
            .setting(.parity, (result & 0xFF).nonzeroBitCount & 1 == 0)
            .setting(.adjust, adjusts & 1 << 4 != 0)
            .setting(.zero, value == 0)
            .setting(.sign, value & highest != 0)
            .setting(.overflow, overflows & highest != 0)
    }

    private init(_ other: Arithmetic, keepingCarryOf flags: RFlags) {
        self.init(value: other.value, flags: other.flags.setting(.carry, flags.contains(.carry)))
    }
}

extension RFlags {
    /// The same flags but for one of them.
    fileprivate func setting(_ flag: RFlags, _ isSet: Bool) -> RFlags { isSet ? union(flag) : subtracting(flag) }
}
