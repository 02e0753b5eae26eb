// SPDX-License-Identifier: MIT
import Architecture
import XenInterface

extension PhysicalCPU {
    /// Gives the guest what is due before it runs: a new state, exceptions, interrupts. Usually there is nothing.
    @inline(__always)
    func prepareEntry(_ vcpu: VirtualCPU) {
        if vcpu.domain.physicalMap.needsFlush {
            vcpu.domain.physicalMap.needsFlush = false
            backend.flushTranslations(of: vcpu.domain)
        }
        if !vcpu.pending.isEmpty || vcpu.isUpcallPending { inject(into: vcpu) }
    }

    /// Injects the most urgent event: a state from outside first, then exceptions, non-maskable interrupts, Xen's callback,
    /// the local APIC's interrupts. While an instruction is stepped over, all but exceptions wait.
    @inline(never)
    private func inject(into vcpu: VirtualCPU) {
        let control = backend.control(of: vcpu)
        if vcpu.pending.contains(.startup) {
            vcpu.pending.remove(.startup)
            if vcpu.pending.contains(.singleStep) { _ = endSingleStep(of: vcpu) }
            control.load(vcpu.startState)
            control.interceptedExceptions = interceptedExceptions
        }
        guard !control.hasInjection else { return }
        if vcpu.pending.contains(.exception) {
            vcpu.pending.remove(.exception)
            let exception = vcpu.pendingException
            let errorCode = exception.vector.hasErrorCode ? exception.errorCode : nil
            control.injectException(exception.vector.rawValue, errorCode: errorCode)
            return
        }
        guard !vcpu.pending.contains(.singleStep) else { return }
        if vcpu.pending.contains(.nonMaskableInterrupt) {
            guard control.canTakeNonMaskableInterrupt else {
                control.requestNonMaskableInterruptWindow()
                vcpu.pending.insert(.interruptWindow)
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
        vcpu.localAPIC.taskPriority = UInt32(control.taskPriority) &<< 4
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
        vcpu.pending.insert(.interruptWindow)
    }

    /// The guest can take interrupts: the next entry injects them.
    @inline(never)
    func closeInterruptWindow(of vcpu: VirtualCPU) {
        vcpu.pending.remove(.interruptWindow)
        backend.control(of: vcpu).cancelInterruptWindow()
    }
}
