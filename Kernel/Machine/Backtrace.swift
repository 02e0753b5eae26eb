// SPDX-License-Identifier: MIT
import Architecture
import CPU
import Diagnostics

/// Who called whom: the chain of frame pointers on the hypervisor's stacks. Every function is compiled with one.
public enum Backtrace {
    /// Writes a line for the given place and one for each of its callers, 32 at the most.
    public static func write(from instruction: UInt64, framePointer: UInt64) {
        Log.write("backtrace: \(hex: instruction, digits: 16)")
        var frame = framePointer
        for _ in 0..<32 {
            guard isOnStack(frame), isOnStack(frame &+ 8) else { return }
            let returnAddress = cpu_load64(frame &+ 8)
            guard returnAddress != 0 else { return }
            Log.write("backtrace: \(hex: returnAddress, digits: 16)")
            let caller = cpu_load64(frame)
            guard caller > frame else { return }
            frame = caller
        }
    }

    /// Whether an address lies on a stack of this processor, which the task register leads to. Right behind an exit that is still the
    /// guest's, and may be 0.
    private static func isOnStack(_ address: UInt64) -> Bool {
        let own = cpu_read_task_base()
        let boot = ProcessorArea.ofBootProcessor
        let area =
            own == boot.taskState || own < UInt64(ProcessorArea.frameCount) &* frameSize
            ? boot
            : ProcessorArea(
                at: HostPhysicalAddress(own & ~(frameSize &- 1) &- (ProcessorArea.frameCount - 1) &* frameSize))
        return address & 7 == 0 && area.isOnStack(address)
    }
}
