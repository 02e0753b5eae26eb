// SPDX-License-Identifier: MIT
import CPU

extension GuestRegisters {
    /// A general register by the number that instructions give it. RSP, number 4, is not among these: it lies in the VMCB or VMCS.
    subscript(number: UInt8) -> UInt64 {
        get {
            switch number {
            case 0: rax
            case 1: rcx
            case 2: rdx
            case 3: rbx
            case 5: rbp
            case 6: rsi
            case 7: rdi
            case 8: r8
            case 9: r9
            case 10: r10
            case 11: r11
            case 12: r12
            case 13: r13
            case 14: r14
            case 15: r15
            default: 0
            }
        }
        set {
            switch number {
            case 0: rax = newValue
            case 1: rcx = newValue
            case 2: rdx = newValue
            case 3: rbx = newValue
            case 5: rbp = newValue
            case 6: rsi = newValue
            case 7: rdi = newValue
            case 8: r8 = newValue
            case 9: r9 = newValue
            case 10: r10 = newValue
            case 11: r11 = newValue
            case 12: r12 = newValue
            case 13: r13 = newValue
            case 14: r14 = newValue
            case 15: r15 = newValue
            default: break
            }
        }
    }
}
