// SPDX-License-Identifier: MIT
import Architecture
import CPU

/// The hypervisor's own segments and interrupt gates. Every processor has its own segments; boot/vectors.asm holds a stub of 16 bytes for each of the 256 vectors. (AMD APM vol. 2 §4.6, §8.9, §12.2.5)
public enum DescriptorTables {
    /// The selector of 64-bit code.
    public static let codeSelector: UInt16 = 0x08
    /// The selector of the task state segment, behind null, code and data.
    public static let taskSelector: UInt16 = 0x18

    /// Double faults and non-maskable interrupts run on a stack of their own, so that a stack overflow can be reported.
    private static let faultStack: UInt8 = 1

    /// Makes an interrupt descriptor table in the frame at `table`, for all processors.
    public static func makeInterruptTable(at table: HostPhysicalAddress) {
        for vector in UInt64(0)..<256 {
            let ownStack =
                vector == UInt64(Exception.doubleFault.rawValue)
                || vector == UInt64(Exception.nonMaskableInterrupt.rawValue)
            let gate = Gate(
                target: kernel_layout.vectors &+ vector &* 16, codeSelector: codeSelector,
                stack: ownStack ? faultStack : 0)
            cpu_store64(table.value &+ vector &* 16, gate.low)
            cpu_store64(table.value &+ vector &* 16 &+ 8, gate.high)
        }
    }

    /// Loads this processor's own segments, task register and fault stack, and the interrupt descriptor table of all. GS points to its
    /// record of the locks that it holds.
    public static func load(_ area: ProcessorArea, interruptTable: HostPhysicalAddress) {
        let stackEntry: UInt64 = 36
        cpu_store32(area.taskState &+ stackEntry, UInt32(truncatingIfNeeded: area.faultStackTop))
        cpu_store32(area.taskState &+ stackEntry &+ 4, UInt32(truncatingIfNeeded: area.faultStackTop >> 32))
        for index in UInt64(0)..<3 where area.descriptors != kernel_layout.global_descriptors {
            cpu_store64(area.descriptors &+ index &* 8, cpu_load64(kernel_layout.global_descriptors &+ index &* 8))
        }
        let task = TaskStateDescriptor(base: area.taskState, limit: 103)
        cpu_store64(area.descriptors &+ UInt64(taskSelector), task.low)
        cpu_store64(area.descriptors &+ UInt64(taskSelector) &+ 8, task.high)
        cpu_load_gdt(area.descriptors, 5 * 8 - 1)
        cpu_load_task_register(taskSelector)
        cpu_load_idt(interruptTable.value, 256 * 16 - 1)
        cpu_write_msr(ModelSpecificRegister.gsBase, area.processorWord)
    }
}
