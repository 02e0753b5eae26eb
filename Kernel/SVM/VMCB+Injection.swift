// SPDX-License-Identifier: MIT
import Architecture
import Hypervisor

/// Events for the guest. (AMD APM vol. 2 §15.20, §15.21)
extension VMCB {
    var injection: EventInjection {
        get { control.eventInjection }
        nonmutating set {
            control.eventInjection = newValue
            if newValue.isValid && newValue.kind == .nonMaskableInterrupt { noteNonMaskableInterrupt() }
        }
    }

    var isInterruptShadowed: Bool {
        get { control.interruptShadow & 1 != 0 }
        nonmutating set { control.interruptShadow = newValue ? 1 : 0 }
    }

    var interceptedExceptions: InterceptedExceptions {
        get { control.interceptedExceptions }
        nonmutating set { control.interceptedExceptions = newValue }
    }

    var debugStatus: UInt64 {
        get { state.dr6 }
        nonmutating set { state.dr6 = newValue }
    }

    /// A virtual interrupt that is intercepted when the guest would take it.
    func requestInterruptWindow(priority: UInt8?) {
        control.virtualInterrupt.request(priority: priority)
        control.instructionIntercepts.insert(.virtualInterrupt)
    }

    /// The intercept of IRET, which is set already, tells.
    func requestNonMaskableInterruptWindow() {}

    func cancelInterruptWindow() {
        control.virtualInterrupt.withdraw()
        control.instructionIntercepts.remove(.virtualInterrupt)
        if control.exitCode == VMCB.interruptReturnExit { endNonMaskableInterrupt() }
    }

    var canTakeNonMaskableInterrupt: Bool { control.isHandlingNonMaskableInterrupt == 0 }

    /// The processor does not tell whether the guest is in the handler of an injected non-maskable interrupt: its IRET is
    /// intercepted.
    private func noteNonMaskableInterrupt() {
        control.isHandlingNonMaskableInterrupt = 1
        control.instructionIntercepts.insert(.interruptReturn)
    }

    /// The exit code of an intercepted IRET.
    static let interruptReturnExit: UInt64 = 0x74

    /// IRET is about to end the handler.
    func endNonMaskableInterrupt() {
        control.isHandlingNonMaskableInterrupt = 0
        control.instructionIntercepts.remove(.interruptReturn)
    }

    var taskPriority: UInt8 {
        get { control.virtualInterrupt.taskPriority }
        nonmutating set { control.virtualInterrupt.taskPriority = newValue }
    }

    /// A page fault that is intercepted has not written CR2, and injecting it will not: its address is in EXITINFO2. DR6 is
    /// written before the intercept. (AMD APM vol. 2 §15.12.2, §15.12.15)
    func completeException() {
        if control.exitCode == 0x40 + UInt64(Exception.page.rawValue) { state.cr2 = control.exitInformation2 }
    }
}
