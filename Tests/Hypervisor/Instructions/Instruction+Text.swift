// SPDX-License-Identifier: MIT
import Architecture

@testable import Hypervisor

/// An instruction as an assembler would write it.
extension Instruction {
    var text: String {
        let prefix =
            switch repetition {
            case .none: ""
            case .whileEqual: "rep "
            case .whileDifferent: "repne "
            }
        if let name = stringName {
            let suffix = [1: "b", 2: "w", 4: "d", 8: "q"][width] ?? "?"
            let segment = memory.segment == .ds ? "" : "\(memory.segment) "
            return segment + prefix + name + suffix
        }
        let operands = [text(of: destination, width), text(of: source, sourceWidth)].compactMap { $0 }
        return name + " " + operands.joined(separator: ", ")
    }

    private var stringName: String? {
        switch operation {
        case .moveString: "movs"
        case .compareStrings: "cmps"
        case .storeString: "stos"
        case .loadString: "lods"
        case .scanString: "scas"
        default: nil
        }
    }

    private var name: String {
        switch operation {
        case .addWithCarry: "adc"
        case .subtractWithBorrow: "sbb"
        case .subtract: "sub"
        case .compare: "cmp"
        case .negate: "neg"
        case .increment: "inc"
        case .decrement: "dec"
        case .move: sourceWidth < width ? "movzx" : "mov"
        case .moveSigned: "movsx"
        case .exchange: "xchg"
        case .exchangeAndAdd: "xadd"
        case .compareAndExchange: "cmpxchg"
        case .bitTest: "bt"
        case .bitSet: "bts"
        case .bitReset: "btr"
        case .bitComplement: "btc"
        case .moveVector: "movv"
        default: "\(operation)"
        }
    }

    private func text(of operand: Operand, _ width: UInt8) -> String? {
        switch operand {
        case .none: nil
        case .memory: "\([1: "byte", 2: "word", 4: "dword", 8: "qword"][width] ?? "\(width) bytes") [\(place)]"
        case .register(let number): Instruction.name(of: number, width)
        case .highByte(let number): ["ah", "ch", "dh", "bh"][Int(number)]
        case .vector(let number): "\(clearsUpperVector ? "v" : "")\(number)"
        case .immediate: "\(Int64(bitPattern: immediate))"
        }
    }

    private var place: String {
        let isOnStack = memory.base == 4 || memory.base == 5
        let segment = memory.segment == (isOnStack ? .ss : .ds) ? "" : "\(memory.segment):"
        var parts: [String] = []
        if memory.isRelative { parts.append("rip") }
        if let base = memory.base { parts.append(Instruction.name(of: base, addressWidth)) }
        if let index = memory.index {
            let scale = memory.scale == 1 ? "" : "*\(memory.scale)"
            parts.append(Instruction.name(of: index, addressWidth) + scale)
        }
        let displacement = Int64(bitPattern: memory.displacement)
        if displacement != 0 || parts.isEmpty {
            // Without registers an address is not negative.
            let unsigned = memory.displacement & .mask(ofBytes: addressWidth)
            parts.append(parts.isEmpty ? "\(unsigned)" : "\(displacement)")
        }
        return segment + parts.joined(separator: "+").replacing("+-", with: "-")
    }

    private static func name(of number: UInt8, _ width: UInt8) -> String {
        if number >= 8 { return "r\(number)" + ([1: "b", 2: "w", 4: "d"][width] ?? "") }
        let letters = ["a", "c", "d", "b"]
        let pointers = ["sp", "bp", "si", "di"]
        if number < 4 {
            let letter = letters[Int(number)]
            return [1: "\(letter)l", 2: "\(letter)x", 4: "e\(letter)x"][width] ?? "r\(letter)x"
        }
        let pointer = pointers[Int(number) - 4]
        return [1: "\(pointer)l", 2: pointer, 4: "e\(pointer)"][width] ?? "r\(pointer)"
    }
}

extension InstructionBytes {
    /// Bytes from a text of hexadecimal digits, or an array; at most 16.
    init(_ bytes: [UInt8]) {
        var words: (low: UInt64, high: UInt64) = (0, 0)
        for (index, byte) in bytes.prefix(16).enumerated() {
            if index < 8 {
                words.low |= UInt64(byte) << UInt64(index * 8)
            } else {
                words.high |= UInt64(byte) << UInt64(index * 8 - 64)
            }
        }
        self.init(words.low, words.high, count: UInt8(min(bytes.count, 16)))
    }
}

extension [UInt8] {
    /// Bytes from pairs of hexadecimal digits.
    init(hexadecimal text: String) {
        let digits = text.compactMap { $0.hexDigitValue }
        self = stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }
}
