// SPDX-License-Identifier: MIT
import Architecture
import CPU
import Instructions
import XenInterface

/// Further vCPUs of a guest. They run with interrupts off, in the address space of the first one, on stacks of their own.
public enum SecondaryVCPU {
    /// What such a vCPU calls with its argument. It must not return.
    public typealias Body = @convention(c) (UInt64) -> Void

    /// Gives a vCPU that has none a state to start in. Answers what the hypervisor did.
    ///
    /// - Parameter stack: the address where its stack ends.
    public static func initialize(
        _ number: UInt64, argument: UInt64, stack: UInt64, _ hypercalls: Hypercalls, _ body: Body
    ) -> Int64 {
        var context = Context()
        context.header.mode = 1
        context.registers.rip = guest_secondary_entry_address()
        context.registers.rbx = guest_function_address(body)
        context.registers.rdi = argument
        context.registers.rsp = stack
        context.registers.rflags = 2
        context.registers.cr0 = CR0.paging.rawValue | CR0.writeProtect.rawValue | CR0.protectionEnable.rawValue
        context.registers.cr3 = cpu_read_cr3()
        context.registers.cr4 = CR4.physicalAddressExtension.rawValue
        context.registers.efer = EFER.longModeEnable.rawValue
        return Memory.withAddress(of: &context) {
            hypercalls.call(.vcpuOperation, UInt64(VCPUOperation.initialize.rawValue), number, $0)
        }
    }

    /// The argument of `VCPUOP_initialise`.
    private struct Context: BitwiseCopyable {
        var header = VCPUContext()
        var registers = VCPUContext64()
    }
}
