// SPDX-License-Identifier: MIT
import Architecture
import XenInterface

extension PhysicalCPU {
    /// The guest has touched memory that it does not have: it reads ones, and what it writes is lost. What it writes to a grant
    /// that it may only read is lost as well. See `UnbackedAccess`.
    @inline(never)
    func handleNestedPageFault(of vcpu: VirtualCPU) {
        let address = backend.control(of: vcpu).faultAddress
        let mapping = vcpu.domain.physicalMap.lookup(address.frame)
        // Another virtual CPU may have mapped something there meanwhile: then the instruction is executed again.
        if let mapping, mapping.isWritable { return }
        if let mapping, mapping.use != .grant { return destroy(vcpu, "wrote to memory that it may only read") }
        do throws(XenError) {
            if let mapping {
                try vcpu.unbackedAccess.mapCopy(of: mapping.frame, at: address.frame, of: vcpu.domain)
            } else {
                try vcpu.unbackedAccess.map(address.frame, of: vcpu.domain)
            }
        } catch {
            destroy(vcpu, "touched more memory outside its own than one instruction can")
            return
        }
        if !vcpu.pending.contains(.singleStep) { beginSingleStep(of: vcpu) }
    }

    /// An exception of the guest that was asked for. While stepping, a debug exception is the end of the step; any other one
    /// means that the instruction did not complete, and is the guest's.
    @inline(never)
    func handleException(of vcpu: VirtualCPU) {
        let control = backend.control(of: vcpu)
        let (vector, errorCode) = control.exception
        let isStepping = vcpu.pending.contains(.singleStep)
        let isOurs = isStepping && !endSingleStep(of: vcpu) && vector == Exception.debug.rawValue
        guard !isOurs, let exception = Exception(rawValue: vector) else { return }
        if exception == .invalidOpcode && makesForeignHypercall(vcpu) { return }
        control.completeException()
        if exception == .nonMaskableInterrupt {
            vcpu.pending.insert(.nonMaskableInterrupt)
        } else {
            vcpu.raise(exception, errorCode: errorCode)
        }
    }
}
