// SPDX-License-Identifier: MIT
import XenInterface

/// An operation of a hypercall.
struct Operation {
    /// The hypercall's number.
    let number: UInt64
    /// The operation's, 0 for hypercalls that have none.
    let operation: UInt64

    /// The hypercall's name: the lower half of the number is all that counts.
    var hypercall: HypercallNumber? { HypercallNumber(rawValue: UInt32(truncatingIfNeeded: number)) }

    /// A number less than 4096 for it. Operations that do not exist share one.
    var index: UInt64 { (number & 63) * 64 + min(operation, 63) }

    /// Any operation, those that change much more often than others.
    static func any(_ random: inout Randomness) -> Operation {
        switch random.below(32) {
        case 0...7: Operation(.eventChannelOperation, event(&random))
        case 8...13: Operation(.grantTableOperation, random.oneIn(3) ? random.below(14) : random.below(2))
        case 14, 15: Operation(.grantTableOperation, 5)
        case 16...21: Operation(.memoryOperation, random.oneIn(3) ? random.below(30) : mapping(&random))
        case 22...24: Operation(.vcpuOperation, random.below(15))
        case 25, 26: Operation(.schedulerOperation, random.below(9))
        case 27, 28: Operation(.hvmOperation, random.below(27))
        case 29: Operation(.xenVersion, random.below(12))
        case 30: Operation(.multicall, 0)
        default: Operation(number: random.oneIn(8) ? random.wild() : random.below(64), operation: random.below(8))
        }
    }

    /// Not often one that closes all ports: others would have little to do.
    private static func event(_ random: inout Randomness) -> UInt64 {
        let operation = random.below(16)
        return (operation == 10 || operation == 14) && !random.oneIn(16) ? 6 : operation
    }

    /// The operations of `memory_op` that change the guest's memory.
    private static func mapping(_ random: inout Randomness) -> UInt64 {
        switch random.below(6) {
        case 0: 1
        case 1, 2: 6
        case 3: 7
        case 4: 15
        default: 23
        }
    }

    private init(_ number: HypercallNumber, _ operation: UInt64) {
        self.init(number: UInt64(number.rawValue), operation: operation)
    }

    init(number: UInt64, operation: UInt64) {
        self.number = number
        self.operation = operation
    }
}
