// SPDX-License-Identifier: MIT
import CPU
import Instructions
import XenInterface

/// The way to the hypervisor: by the instruction that the processor's vendor provides.
///
/// Every call answers what the hypervisor left in RAX: a value, or a negated `XenError`.
public struct Hypercalls: Sendable {
    /// VMCALL instead of VMMCALL.
    private let usesVMCALL: Bool
    /// Where answers are noted, if they are.
    var answers: AnswerLog?

    /// Asks CPUID for the vendor, and tells the assembly as well.
    public init() {
        usesVMCALL = !Processor.isByAMD
        guest_set_uses_vmcall(usesVMCALL ? 1 : 0)
    }

    /// Any hypercall by its number, with up to five arguments.
    public func call(
        _ number: UInt64, _ first: UInt64 = 0, _ second: UInt64 = 0, _ third: UInt64 = 0, _ fourth: UInt64 = 0,
        _ fifth: UInt64 = 0
    ) -> Int64 {
        let result =
            usesVMCALL
            ? guest_vmcall(number, first, second, third, fourth, fifth)
            : guest_vmmcall(number, first, second, third, fourth, fifth)
        answers?.note(number, first, result)
        return result
    }

    /// A hypercall by its name.
    public func call(
        _ number: HypercallNumber, _ first: UInt64 = 0, _ second: UInt64 = 0, _ third: UInt64 = 0
    ) -> Int64 {
        call(UInt64(number.rawValue), first, second, third)
    }

    /// A hypercall whose second argument is the address of a structure.
    public func call<Argument: BitwiseCopyable>(
        _ number: HypercallNumber, _ operation: UInt32, _ argument: inout Argument
    ) -> Int64 {
        Memory.withAddress(of: &argument) { call(number, UInt64(operation), $0) }
    }
}
