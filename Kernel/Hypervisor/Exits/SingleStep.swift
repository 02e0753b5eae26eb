// SPDX-License-Identifier: MIT
import Architecture

extension InterceptedExceptions {
    /// Debug and alignment exceptions, whose delivery can go on for ever without an exit.
    public static let always: InterceptedExceptions = [
        InterceptedExceptions(Exception.debug), InterceptedExceptions(Exception.alignmentCheck),
    ]
    /// Every exception, so that none is delivered with the trap flag in the saved RFLAGS.
    static let all = InterceptedExceptions(rawValue: .max)
}

extension PhysicalCPU {
    /// Lets the guest execute one instruction and exit with a debug exception. RFLAGS.TF does it on every processor; the
    /// shadow of STI and MOV SS would hold the trap back, and nothing is injected while stepping.
    func beginSingleStep(of vcpu: VirtualCPU) {
        let control = backend.control(of: vcpu)
        vcpu.pending.note(.singleStep)
        vcpu.unbackedAccess.guestStepsToo = control.flags.contains(.trap)
        control.flags.insert(.trap)
        control.isInterruptShadowed = false
        control.interceptedExceptions = .all
    }

    /// Ends that. Returns whether the guest is stepping through its own code too.
    func endSingleStep(of vcpu: VirtualCPU) -> Bool {
        let control = backend.control(of: vcpu)
        vcpu.pending.remove(.singleStep)
        vcpu.unbackedAccess.finish(of: vcpu.domain)
        control.interceptedExceptions = interceptedExceptions
        if vcpu.unbackedAccess.guestStepsToo { return true }
        control.flags.remove(.trap)
        control.debugStatus &= ~(1 << 14)  // BS: the trap was none of the guest's
        return false
    }
}
