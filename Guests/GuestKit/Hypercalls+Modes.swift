// SPDX-License-Identifier: MIT
import Instructions
import XenInterface

/// Hypercalls from where a kernel does not usually make them.
extension Hypercalls {
    /// A hypercall from user mode, privilege level 3.
    public func callFromUserMode(_ number: HypercallNumber, _ first: UInt64 = 0, _ second: UInt64 = 0) -> Int64 {
        guest_user_hypercall(number.rawValue, first, second)
    }

    /// A hypercall from a 32-bit code segment. Answers all 64 bits of RAX.
    ///
    /// The arguments are loaded whole, upper halves included, into RBX, RCX, RDX and RSI.
    public func callFromCompatibilityMode(
        _ number: UInt64, _ first: UInt64 = 0, _ second: UInt64 = 0, _ third: UInt64 = 0, _ fourth: UInt64 = 0
    ) -> Int64 {
        let result = guest_compat_call(
            GuestCompatRegisters(rax: number, rbx: first, rcx: second, rdx: third, rsi: fourth, rdi: 0))
        answers?.note(number & 0xFFFF_FFFF, first & 0xFFFF_FFFF, Int64(Int32(truncatingIfNeeded: result)))
        return result
    }

    /// A hypercall from a 32-bit code segment whose second argument is the address of a structure in the 32-bit layout.
    /// Answers the 32 bits of EAX, sign-extended.
    public func callFromCompatibilityMode<Argument: GuestLayout>(
        _ number: HypercallNumber, _ operation: UInt32, _ argument: inout Argument
    ) -> Int64 {
        Memory.withAddress(of: &argument) { address in
            let result = callFromCompatibilityMode(UInt64(number.rawValue), UInt64(operation), address)
            return Int64(Int32(truncatingIfNeeded: result))
        }
    }

    /// A hypercall with every register but RSP chosen, and told afterwards.
    public func call(with registers: GuestCallRegisters) -> GuestCallRegisters {
        let after = guest_call_with_registers(registers)
        answers?.note(registers.rax, registers.rdi, Int64(bitPattern: after.rax))
        return after
    }
}
