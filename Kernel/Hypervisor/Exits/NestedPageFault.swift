// SPDX-License-Identifier: MIT
import Architecture
import XenInterface

extension PhysicalCPU {
    /// The guest has touched memory that it does not have. It reads ones, and what it writes is lost: see `UnbackedAccess`.
    @inline(never)
    func handleNestedPageFault(of vcpu: VirtualCPU) {
        let address = backend.control(of: vcpu).faultAddress
        if let mapping = vcpu.domain.physicalMap.lookup(address.frame) {
            // Another virtual CPU may have mapped something there meanwhile: the instruction is executed again.
            guard !mapping.isWritable else { return }
            guard mapping.use == .grant else { return destroy(vcpu, "wrote to memory that it may only read") }
            return vcpu.raise(.generalProtection)  // a grant that is mapped for reading only, as on Xen
        }
        do throws(XenError) {
            try vcpu.unbackedAccess.map(address.frame, of: vcpu.domain)
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
