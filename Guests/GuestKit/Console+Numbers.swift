// SPDX-License-Identifier: MIT
import XenInterface

extension Console {
    /// Adds a number in decimal.
    public mutating func write(decimal value: UInt64) {
        if value >= 10 { write(decimal: value / 10) }
        write(byte: UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: value % 10))
    }

    /// Adds a number in hexadecimal, without leading zeros.
    public mutating func write(hexadecimal value: UInt64) {
        write("0x")
        let digits = max(1, (64 - value.leadingZeroBitCount + 3) / 4)
        for digit in (0..<digits).reversed() {
            let nibble = UInt8(truncatingIfNeeded: value &>> UInt64(digit * 4)) & 15
            write(byte: nibble < 10 ? UInt8(ascii: "0") &+ nibble : UInt8(ascii: "a") &+ nibble &- 10)
        }
    }

    /// Adds the result of a hypercall: a small number in decimal, an error with its name, anything else in hexadecimal.
    public mutating func write(result: Int64) {
        switch result {
        case 0...65535: write(decimal: UInt64(result))
        case -4095 ... -1:
            write("-")
            write(decimal: UInt64(-result))
            guard let error = XenError(result: result) else { return }
            write(" (")
            write(error.name)
            write(")")
        default: write(hexadecimal: UInt64(bitPattern: result))
        }
    }
}
