// SPDX-License-Identifier: MIT
import Architecture
import Hypervisor

/// Events for the guest. (AMD APM vol. 2 §15.20, §15.21)
extension VMCB {
    var hasInjection: Bool { control.eventInjection.isValid }

    var canTakeInterrupt: Bool {
        state.rflags.contains(.interruptEnable) && control.interruptShadow & 1 == 0 && !hasInjection
    }

    func injectInterrupt(_ vector: UInt8) {
        control.eventInjection = EventInjection(.interrupt, vector: vector)
    }

    func injectException(_ vector: UInt8, errorCode: UInt32?) {
        control.eventInjection = EventInjection(.exception, vector: vector, errorCode: errorCode)
    }

    func injectNonMaskableInterrupt() {
        control.eventInjection = EventInjection(.nonMaskableInterrupt, vector: Exception.nonMaskableInterrupt.rawValue)
    }

    /// A virtual interrupt that is intercepted when the guest would take it.
    func requestInterruptWindow(priority: UInt8?) {
        control.virtualInterrupt.request(priority: priority)
        control.instructionIntercepts.insert(.virtualInterrupt)
    }

    func cancelInterruptWindow() {
        control.virtualInterrupt.withdraw()
        control.instructionIntercepts.remove(.virtualInterrupt)
    }

    var taskPriority: UInt8 {
        get { control.virtualInterrupt.taskPriority }
        nonmutating set { control.virtualInterrupt.taskPriority = newValue }
    }

    /// Debug and alignment exceptions, whose delivery can go on for ever without an exit, are always intercepted.
    static let alwaysIntercepted: UInt32 =
        1 << UInt32(Exception.debug.rawValue) | 1 << UInt32(Exception.alignmentCheck.rawValue)

    /// RFLAGS.TF makes the processor stop after the instruction; all exceptions are intercepted, so that none is delivered
    /// with that flag in the saved RFLAGS.
    func beginSingleStep() {
        control.guestTrapFlag = state.rflags.rawValue & RFlags.trap.rawValue
        state.rflags.insert(.trap)
        control.interceptedExceptions = .max
    }

    /// A page fault that is intercepted has not written CR2, and injecting it will not: its address is in EXITINFO2. (AMD APM
    /// vol. 2 §15.12.15)
    func endSingleStep() -> Bool {
        if control.exitCode == 0x40 + UInt64(Exception.page.rawValue) { state.cr2 = control.exitInformation2 }
        let guestStepsToo = control.guestTrapFlag != 0
        if !guestStepsToo {
            state.rflags.remove(.trap)
            state.dr6 &= ~(1 << 14)
        }
        control.interceptedExceptions = VMCB.alwaysIntercepted
        return guestStepsToo
    }
}
