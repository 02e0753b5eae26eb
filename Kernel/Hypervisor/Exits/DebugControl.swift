// SPDX-License-Identifier: MIT
import Architecture
import XenInterface

extension PhysicalCPU {
    /// MOV to DR7 is intercepted only where a guest's breakpoints would go on while the hypervisor runs: QEMU's emulated
    /// processor does not switch them off at an exit, as it should, and a guest could stop the hypervisor with them. What the
    /// guest writes is lost. The instruction has three bytes, or four when it begins with a REX prefix.
    @inline(never)
    func handleWriteDebugControl(of vcpu: VirtualCPU) {
        let control = backend.control(of: vcpu)
        let memory = GuestMemory(of: vcpu, control)
        let first = (try? memory.read(UInt8.self, at: control.instructionAddress)) ?? 0
        let hasPrefix = control.isIn64BitCode && first & 0xF0 == 0x40
        control.finishInstruction(length: hasPrefix ? 4 : 3)
    }
}
