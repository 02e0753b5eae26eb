// SPDX-License-Identifier: MIT
import Architecture
import Locking
import Synchronization
import XenInterface

extension PhysicalCPU {
    /// Gives the guest what is due before it runs, and marks it as running. Returns false when its turn is over.
    ///
    /// From the mark on, whoever adds work interrupts this processor, and the interrupt ends the guest's run at once. So the mark
    /// comes first, and then the look at what there is. Usually there is nothing.
    @inline(__always)
    func isReady(_ vcpu: VirtualCPU) -> Bool {
        vcpu.enterGuest()
        return vcpu.isUndisturbed || prepareEntry(vcpu)
    }

    /// Does what is pending until nothing new has come.
    @inline(never)
    func prepareEntry(_ vcpu: VirtualCPU) -> Bool {
        repeat {
            vcpu.leaveGuest()
            guard vcpu.isInTurn else { return false }
            vcpu.pending.remove(.unseen)
            vcpu.domain.lock.withLock {
                inject(into: vcpu)
                monitor.settle(vcpu.domain)
            }
            dropOldTranslations(of: vcpu)
            vcpu.enterGuest()
        } while vcpu.pending.contains(.urgent) || vcpu.hasOldTranslations
        return true
    }

    private func dropOldTranslations(of vcpu: VirtualCPU) {
        guard vcpu.hasOldTranslations else { return }
        // A generation that begins after this one is dropped as well, and then dropped again.
        vcpu.seat.generation = vcpu.domain.generation.load(ordering: .sequentiallyConsistent)
        backend.flushTranslations(of: vcpu)
    }

    /// Injects the most urgent event: a state from outside first, then exceptions, non-maskable interrupts, Xen's callback,
    /// the local APIC's interrupts.
    private func inject(into vcpu: VirtualCPU) {
        let control = backend.control(of: vcpu)
        if vcpu.pending.contains(.startup) {
            vcpu.pending.remove(.startup)
            vcpu.registers = vcpu.startRegisters
            control.load(vcpu.startState)
            control.interceptedExceptions = interceptedExceptions
            control.interceptCR4(CR4(rawValue: ~monitor.allowedCR4.rawValue))
        }
        guard !control.hasInjection else { return }
        if vcpu.pending.contains(.exception) {
            vcpu.pending.remove(.exception)
            let exception = vcpu.pendingException
            let errorCode = exception.vector.hasErrorCode ? exception.errorCode : nil
            control.injectException(exception.vector.rawValue, errorCode: errorCode)
            return
        }
        if vcpu.pending.contains(.nonMaskableInterrupt) {
            guard control.canTakeNonMaskableInterrupt else {
                control.requestNonMaskableInterruptWindow()
                vcpu.pending.note(.interruptWindow)
                return
            }
            vcpu.pending.remove(.nonMaskableInterrupt)
            control.injectNonMaskableInterrupt()
            return
        }
        injectInterrupt(into: vcpu, control)
    }

    /// Xen's callback vector goes past the local APIC: it needs no end-of-interrupt, and comes again for as long as the
    /// guest has not cleared the upcall flag. What cannot be injected now asks for an exit when it can.
    private func injectInterrupt(into vcpu: VirtualCPU, _ control: Backend.Control) {
        let callback = vcpu.domain.parameters.callbackVector
        let hasCallback = vcpu.isUpcallPending && callback >= 16
        fetchTaskPriority(of: vcpu)
        let vector = vcpu.localAPIC.deliverable
        if !vcpu.localAPIC.hasRequest { vcpu.pending.remove(.localAPIC) }
        if !hasCallback && vector == nil {
            if let waiting = vcpu.localAPIC.heldBack { requestInterruptWindow(of: vcpu, control, priority: waiting) }
        } else if !control.canTakeInterrupt {
            requestInterruptWindow(of: vcpu, control, priority: nil)
        } else if hasCallback {
            control.injectInterrupt(callback)
            if vector != nil { requestInterruptWindow(of: vcpu, control, priority: nil) }
        } else if let vector {
            vcpu.localAPIC.take(vector)
            control.injectInterrupt(vector)
        }
    }

    private func requestInterruptWindow(of vcpu: VirtualCPU, _ control: Backend.Control, priority: UInt8?) {
        control.requestInterruptWindow(priority: priority)
        vcpu.pending.note(.interruptWindow)
    }

    /// The guest can take interrupts: the next entry injects them.
    @inline(never)
    func closeInterruptWindow(of vcpu: VirtualCPU) {
        vcpu.pending.remove(.interruptWindow)
        backend.control(of: vcpu).cancelInterruptWindow()
    }
}

extension VirtualCPU {
    /// Marks the guest as running, with the translations that its processor may have.
    @inline(__always)
    func enterGuest() { seat.entered.store(seat.generation, ordering: .sequentiallyConsistent) }

    /// Takes the mark back.
    @inline(__always)
    func leaveGuest() { seat.entered.store(0, ordering: .releasing) }

    /// Whether its processor may have translations that are not in force any more.
    @inline(__always)
    var hasOldTranslations: Bool { seat.generation != domain.generation.load(ordering: .sequentiallyConsistent) }

    /// Whether there is nothing to be done before the guest runs.
    @inline(__always)
    var isUndisturbed: Bool { pending.all.isEmpty && !isUpcallPending && !hasOldTranslations }
}
