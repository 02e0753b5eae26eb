// SPDX-License-Identifier: MIT
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

    private static func isOnStack(_ address: UInt64) -> Bool {
        let layout = kernel_layout
        let main = layout.stack_guard &+ 4096..<layout.stack_top
        let fault = layout.fault_stack_guard &+ 4096..<layout.fault_stack_top
        return address & 7 == 0 && (main.contains(address) || fault.contains(address))
    }
}
