// SPDX-License-Identifier: MIT
import Architecture

/// The hypercall instruction of the other vendor is an invalid opcode here. Where CPUID tells the guest of that other vendor, the
/// guest cannot know better: then the instruction works all the same, as on Xen.
extension PhysicalCPU {
    /// The exceptions that lead to an exit.
    var interceptedExceptions: InterceptedExceptions {
        monitor.cpuidPolicy.disguise == nil ? .always : .always.union(InterceptedExceptions(Exception.invalidOpcode))
    }

    /// An invalid opcode: makes the hypercall if it is the other vendor's instruction, and the guest was told of that vendor.
    /// Returns false when the exception is the guest's.
    func makesForeignHypercall(_ vcpu: VirtualCPU) -> Bool {
        guard monitor.cpuidPolicy.disguise != nil else { return false }
        let control = backend.control(of: vcpu)
        let memory = GuestMemory(of: vcpu, control)
        for offset in UInt64(0)..<3 {
            let byte = try? memory.read(UInt8.self, at: control.instructionAddress.advanced(by: offset))
            guard byte == Backend.foreignHypercallInstruction[Int(offset)] else { return false }
        }
        let start = control.instructionPointer
        // An exception's exit does not tell how long the instruction was.
        if handleHypercall(of: vcpu) {
            let next = start &+ 3
            control.instructionPointer = control.isIn64BitCode ? next : next & 0xFFFF_FFFF
        }
        return true
    }
}
