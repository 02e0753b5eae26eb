// SPDX-License-Identifier: MIT
import Architecture
import CPU

/// The registers of a guest that no field of the VMCS holds, and that the hypervisor itself does not use: they stay in the
/// processor over exits, and change with the virtual CPU.
struct UnheldRegisters: BitwiseCopyable {
    private var cr2: UInt64 = 0
    private var dr6: UInt64 = 0xFFFF_0FF0
    private var systemCallSegments: UInt64 = 0
    private var systemCallTarget: UInt64 = 0
    private var systemCallCompatibilityTarget: UInt64 = 0
    private var systemCallFlagMask: UInt64 = 0
    private var kernelGSBase: UInt64 = 0

    /// Takes them from the processor.
    mutating func save() {
        cr2 = cpu_read_cr2()
        dr6 = cpu_read_dr6()
        systemCallSegments = cpu_read_msr(ModelSpecificRegister.systemCallSegments)
        systemCallTarget = cpu_read_msr(ModelSpecificRegister.systemCallTarget)
        systemCallCompatibilityTarget = cpu_read_msr(ModelSpecificRegister.systemCallCompatibilityTarget)
        systemCallFlagMask = cpu_read_msr(ModelSpecificRegister.systemCallFlagMask)
        kernelGSBase = cpu_read_msr(ModelSpecificRegister.kernelGSBase)
    }

    /// Gives them to the processor.
    func restore() {
        cpu_write_cr2(cr2)
        cpu_write_dr6(dr6)
        cpu_write_msr(ModelSpecificRegister.systemCallSegments, systemCallSegments)
        cpu_write_msr(ModelSpecificRegister.systemCallTarget, systemCallTarget)
        cpu_write_msr(ModelSpecificRegister.systemCallCompatibilityTarget, systemCallCompatibilityTarget)
        cpu_write_msr(ModelSpecificRegister.systemCallFlagMask, systemCallFlagMask)
        cpu_write_msr(ModelSpecificRegister.kernelGSBase, kernelGSBase)
    }
}
