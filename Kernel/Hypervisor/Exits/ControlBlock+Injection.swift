// SPDX-License-Identifier: MIT
import Architecture

/// Events for the guest, in terms of what every control block can do.
extension ControlBlock {
    /// Whether an injection is under way already, as one that an exit has interrupted.
    @inline(__always)
    public var hasInjection: Bool { injection.isValid }

    /// Whether an external interrupt can be injected: RFLAGS.IF is set, there is no interrupt shadow, nothing else is injected.
    public var canTakeInterrupt: Bool {
        flags.contains(.interruptEnable) && !isInterruptShadowed && !hasInjection
    }

    /// Injects an external interrupt.
    public func injectInterrupt(_ vector: UInt8) {
        injection = EventInjection(.interrupt, vector: vector)
    }

    /// Injects an exception. In real mode there are no error codes.
    public func injectException(_ vector: UInt8, errorCode: UInt32?) {
        let pushed = cr0.contains(.protectionEnable) ? errorCode : nil
        injection = EventInjection(.exception, vector: vector, errorCode: pushed)
    }

    /// RFLAGS.TF asks for a debug exception behind each instruction, also behind one that the hypervisor has executed: the
    /// processor has not seen it end. (AMD APM vol. 2 §13.1.4)
    @inline(never)
    public func injectSingleStep() {
        debugStatus |= EventInjection.singleStepStatus
        injection = .singleStep
    }

    /// Injects a non-maskable interrupt.
    public func injectNonMaskableInterrupt() {
        injection = EventInjection(.nonMaskableInterrupt, vector: Exception.nonMaskableInterrupt.rawValue)
    }
}

extension EventInjection {
    /// The debug exception behind an instruction that was executed with RFLAGS.TF set.
    public static var singleStep: EventInjection { EventInjection(.exception, vector: Exception.debug.rawValue) }
    /// What DR6 tells then: bit 14, BS.
    public static var singleStepStatus: UInt64 { 1 << 14 }
}
