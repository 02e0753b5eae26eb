// SPDX-License-Identifier: MIT
import Architecture

extension InterceptedExceptions {
    /// Debug and alignment exceptions, whose delivery can go on for ever without an exit.
    public static let always: InterceptedExceptions = [
        InterceptedExceptions(Exception.debug), InterceptedExceptions(Exception.alignmentCheck),
    ]
}

extension PhysicalCPU {
    /// An exception of the guest that was asked for. It is the guest's, unless it is a hypercall of the other vendor's.
    @inline(never)
    func handleException(of vcpu: VirtualCPU) {
        let control = backend.control(of: vcpu)
        let (vector, errorCode) = control.exception
        guard let exception = Exception(rawValue: vector) else { return }
        if exception == .invalidOpcode && makesForeignHypercall(vcpu) { return }
        control.completeException()
        vcpu.raise(exception, errorCode: errorCode)
    }
}
