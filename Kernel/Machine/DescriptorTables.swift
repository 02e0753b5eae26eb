// SPDX-License-Identifier: MIT
import Architecture
import CPU

/// The hypervisor's own segments and interrupt gates. boot/entry.asm has reserved room for the segments, and
/// boot/vectors.asm holds a stub of 16 bytes for each of the 256 vectors. (AMD APM vol. 2 §4.6, §8.9, §12.2.5)
public enum DescriptorTables {
    /// The selector of 64-bit code.
    public static let codeSelector: UInt16 = 0x08
    /// The selector of the task state segment, behind null, code and data.
    public static let taskSelector: UInt16 = 0x18

    /// Double faults and non-maskable interrupts run on a stack of their own, so that a stack overflow can be reported.
    private static let faultStack: UInt8 = 1

    /// Loads the task register with the fault stack in it, and an interrupt descriptor table in the frame at `table`.
    public static func load(interruptTable table: HostPhysicalAddress) {
        let layout = kernel_layout
        let stackEntry: UInt64 = 36
        cpu_store32(layout.task_state &+ stackEntry, UInt32(truncatingIfNeeded: layout.fault_stack_top))
        cpu_store32(layout.task_state &+ stackEntry &+ 4, UInt32(truncatingIfNeeded: layout.fault_stack_top >> 32))
        let task = TaskStateDescriptor(base: layout.task_state, limit: 103)
        cpu_store64(layout.global_descriptors &+ UInt64(taskSelector), task.low)
        cpu_store64(layout.global_descriptors &+ UInt64(taskSelector) &+ 8, task.high)
        cpu_load_gdt(layout.global_descriptors, 5 * 8 - 1)
        cpu_load_task_register(taskSelector)

        for vector in UInt64(0)..<256 {
            let ownStack =
                vector == UInt64(Exception.doubleFault.rawValue)
                || vector == UInt64(Exception.nonMaskableInterrupt.rawValue)
            let gate = Gate(
                target: layout.vectors &+ vector &* 16, codeSelector: codeSelector, stack: ownStack ? faultStack : 0)
            cpu_store64(table.value &+ vector &* 16, gate.low)
            cpu_store64(table.value &+ vector &* 16 &+ 8, gate.high)
        }
        cpu_load_idt(table.value, 256 * 16 - 1)
    }
}
