// SPDX-License-Identifier: MIT
import Architecture
import CPU

/// What a processor has for itself: its stack, the stack for double faults and non-maskable interrupts, with a page below each that is
/// not mapped, its segments and its task state.
public struct ProcessorArea: BitwiseCopyable, Sendable {
    /// The page below the stack that is not mapped, and the end of the stack.
    public let stackGuard: UInt64
    public let stackTop: UInt64
    /// The same for the fault stack.
    public let faultStackGuard: UInt64
    public let faultStackTop: UInt64
    /// Where the segments lie, and the task state.
    let descriptors: UInt64
    let taskState: UInt64

    /// Where the processor notes which locks it holds, behind the task state: `Locking.HeldLocks`.
    var processorWord: UInt64 { taskState &+ 104 }

    /// That of the processor that has booted the machine: boot/entry.asm has reserved it.
    public static var ofBootProcessor: ProcessorArea {
        let layout = kernel_layout
        return ProcessorArea(
            stackGuard: layout.stack_guard, stackTop: layout.stack_top, faultStackGuard: layout.fault_stack_guard,
            faultStackTop: layout.fault_stack_top, descriptors: layout.global_descriptors, taskState: layout.task_state)
    }

    /// The number of frames in a row that another processor's takes: 32 KiB of stack, 8 KiB of fault stack, a page for the rest.
    public static var frameCount: UInt64 { 1 + 8 + 1 + 2 + 1 }

    /// One in so many frames, filled with zeros.
    public init(at start: HostPhysicalAddress) {
        stackGuard = start.value
        stackTop = stackGuard &+ 9 &* frameSize
        faultStackGuard = stackTop
        faultStackTop = faultStackGuard &+ 3 &* frameSize
        descriptors = faultStackTop
        taskState = faultStackTop &+ 64
    }

    private init(
        stackGuard: UInt64, stackTop: UInt64, faultStackGuard: UInt64, faultStackTop: UInt64, descriptors: UInt64,
        taskState: UInt64
    ) {
        self.stackGuard = stackGuard
        self.stackTop = stackTop
        self.faultStackGuard = faultStackGuard
        self.faultStackTop = faultStackTop
        self.descriptors = descriptors
        self.taskState = taskState
    }

    /// Whether an address lies on one of the two stacks.
    func isOnStack(_ address: UInt64) -> Bool {
        (stackGuard &+ frameSize..<stackTop).contains(address)
            || (faultStackGuard &+ frameSize..<faultStackTop).contains(address)
    }
}
