// SPDX-License-Identifier: MIT
import Architecture
import Hypervisor

/// Events for the guest. (Intel SDM vol. 3C §25.8.3, §27.6, §27.7.5)
extension VMCSAccess {
    /// The processor clears the valid bit when it has delivered the event.
    var injection: EventInjection {
        get {
            EventInjection(
                rawValue: UInt64(self[ControlFields.entryInterruption])
                    | UInt64(self[ControlFields.entryErrorCode]) &<< 32)
        }
        nonmutating set {
            self[ControlFields.entryInterruption] = UInt32(truncatingIfNeeded: newValue.rawValue)
            if newValue.hasErrorCode { self[ControlFields.entryErrorCode] = newValue.errorCode }
        }
    }

    /// The exit has interrupted the delivery of an event: it is injected at the next entry. A non-maskable interrupt whose
    /// delivery has not completed does not count as being handled. (§28.2.4)
    func injectAgain() {
        let event = EventInjection(
            rawValue: UInt64(self[ExitFields.vectoring]) | UInt64(self[ExitFields.vectoringErrorCode]) &<< 32)
        if event.kind == .nonMaskableInterrupt {
            self[GuestFields.interruptibility] = self[GuestFields.interruptibility].subtracting(.handlingNMI)
        }
        injection = event.forReinjection
    }

    var isInterruptShadowed: Bool {
        get { !self[GuestFields.interruptibility].isDisjoint(with: [.afterSTI, .afterMOVSS]) }
        nonmutating set {
            var state = self[GuestFields.interruptibility].subtracting([.afterSTI, .afterMOVSS])
            if newValue { state.insert(.afterSTI) }
            self[GuestFields.interruptibility] = state
        }
    }

    var canTakeNonMaskableInterrupt: Bool {
        self[GuestFields.interruptibility].isDisjoint(with: [.afterSTI, .afterMOVSS, .handlingNMI])
    }

    func requestNonMaskableInterruptWindow() {
        self[ControlFields.processorBased] = self[ControlFields.processorBased].union(.nmiWindowExiting)
    }

    /// Without a priority the processor exits as soon as interrupts are not held back; with one when the task priority has
    /// fallen below it.
    func requestInterruptWindow(priority: UInt8?) {
        if let priority {
            self[ControlFields.taskPriorityThreshold] = UInt32(min(priority & 15, taskPriority))
        } else {
            self[ControlFields.processorBased] = self[ControlFields.processorBased].union(.interruptWindowExiting)
        }
    }

    func cancelInterruptWindow() {
        self[ControlFields.processorBased] = self[ControlFields.processorBased]
            .subtracting([.interruptWindowExiting, .nmiWindowExiting])
        self[ControlFields.taskPriorityThreshold] = 0
    }

    var interceptedExceptions: InterceptedExceptions {
        get { self[ControlFields.exceptionBitmap] }
        nonmutating set { self[ControlFields.exceptionBitmap] = newValue }
    }

    /// The exit has kept the processor from writing CR2 and DR6; what belongs there is in the exit qualification. (§28.2.1)
    func completeException() {
        let qualification = self[ExitFields.qualification]
        switch exception.vector {
        case Exception.page.rawValue: cr2 = qualification
        case Exception.debug.rawValue: debugStatus |= qualification & (0xF | 1 << 13 | 1 << 14)
        default: break
        }
    }
}
