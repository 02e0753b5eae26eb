// SPDX-License-Identifier: MIT

/// The exceptions of the processor, by vector. (AMD APM vol. 2 §8.2)
public enum Exception: UInt8, Sendable {
    case divideError = 0
    case debug = 1
    case nonMaskableInterrupt = 2
    case breakpoint = 3
    case overflow = 4
    case boundRange = 5
    case invalidOpcode = 6
    case deviceNotAvailable = 7
    case doubleFault = 8
    case invalidTaskState = 10
    case segmentNotPresent = 11
    case stack = 12
    case generalProtection = 13
    case page = 14
    case floatingPoint = 16
    case alignmentCheck = 17
    case machineCheck = 18
    case simdFloatingPoint = 19
    case controlProtection = 21

    /// Whether the processor pushes an error code with it. (AMD APM vol. 2 §8.4.1)
    public var hasErrorCode: Bool {
        switch self {
        case .doubleFault, .invalidTaskState, .segmentNotPresent, .stack, .generalProtection, .page, .alignmentCheck,
            .controlProtection:
            true
        default:
            false
        }
    }

    /// What manuals call it.
    public var name: StaticString {
        switch self {
        case .divideError: "#DE divide error"
        case .debug: "#DB debug"
        case .nonMaskableInterrupt: "NMI"
        case .breakpoint: "#BP breakpoint"
        case .overflow: "#OF overflow"
        case .boundRange: "#BR bound range"
        case .invalidOpcode: "#UD invalid opcode (a Swift trap ends here)"
        case .deviceNotAvailable: "#NM device not available"
        case .doubleFault: "#DF double fault"
        case .invalidTaskState: "#TS invalid TSS"
        case .segmentNotPresent: "#NP segment not present"
        case .stack: "#SS stack"
        case .generalProtection: "#GP general protection"
        case .page: "#PF page fault"
        case .floatingPoint: "#MF x87 floating point"
        case .alignmentCheck: "#AC alignment check"
        case .machineCheck: "#MC machine check"
        case .simdFloatingPoint: "#XF SIMD floating point"
        case .controlProtection: "#CP control protection"
        }
    }
}
