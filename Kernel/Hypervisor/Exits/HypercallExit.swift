// SPDX-License-Identifier: MIT
import Architecture
import CPU
import XenInterface

extension PhysicalCPU {
    /// A hypercall: the result, or the negated error, goes to RAX, and the guest goes on behind the instruction. A call that
    /// is not done yet has changed its arguments to what remains, and executes its instruction again. Returns whether it is done.
    ///
    /// The lock of the caller's domain is held.
    @inline(never) @discardableResult
    func handleHypercall(of vcpu: VirtualCPU) -> Bool {
        let control = backend.control(of: vcpu)
        let is64Bit = control.isIn64BitCode
        let result: Int64
        do throws(XenError) {
            guard control.privilegeLevel == 0 else { throw .operationNotPermitted }
            result = try monitor.dispatch(
                Hypercall(vcpu: vcpu, space: GuestAddressSpace(control), is64Bit: is64Bit))
        } catch .restart {
            return false
        } catch {
            result = error.result
        }
        vcpu.registers.rax = is64Bit ? UInt64(bitPattern: result) : UInt64(UInt32(truncatingIfNeeded: result))
        control.finishInstruction(length: 3)
        return true
    }
}
