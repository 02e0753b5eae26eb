// SPDX-License-Identifier: MIT

/// A virtual CPU's local APIC. It starts in xAPIC mode, with its registers in a page of memory that is not there, and can be
/// switched to x2APIC mode, in which they are MSRs: see `LocalAPICAccess`. (AMD APM vol. 2 §16; Intel SDM vol. 3A §11)
struct VirtualLocalAPIC {
    /// The APIC identifier: twice the number of the virtual CPU, as Xen has it.
    let identifier: UInt32
    /// APIC_BASE: where its page lies, and its mode; bit 8 is set on the boot processor.
    var base: UInt64
    /// Vectors that wait to be taken.
    var requested = InterruptBits()
    /// Vectors that are being handled.
    var inService = InterruptBits()
    /// The spurious-interrupt register; bit 8 switches the APIC on.
    var spurious: UInt32 = 0xFF
    /// The task priority: bits 7:4 hold back vectors of that class and below. The processor keeps these, as CR8 is the same; of
    /// bits 3:0 only the guest knows what for.
    var taskPriority: UInt32 = 0
    /// The errors that there have been: as on Xen they can be read at once, and are never forgotten.
    private(set) var errorStatus: UInt32 = 0
    /// The interrupt command register; the destination is in bits 63:32, or in xAPIC mode in bits 63:56.
    var command: UInt64 = 0
    /// In xAPIC mode: the identifier in bits 31:24, which can be written.
    var pagedIdentifier: UInt32
    /// In xAPIC mode: the logical identifier, bits 31:24, and how it is compared, bits 31:28.
    var logicalDestination: UInt32 = 0
    var destinationFormat: UInt32 = .max
    /// The local vector table: timer, thermal, performance, LINT0, LINT1, error.
    var localVectors = InlineArray<6, UInt32>(repeating: 1 << 16)
    /// The timer's initial count; counting down began `timerStart`.
    var timerInitialCount: UInt32 = 0
    /// The system time at which the timer was started.
    var timerStart: UInt64 = 0
    /// The divide configuration register.
    var timerDivide: UInt32 = 0

    /// The state after reset.
    init(identifier: UInt32) {
        self.identifier = identifier
        pagedIdentifier = identifier &<< 24
        base = 0xFEE0_0800 | (identifier == 0 ? 1 << 8 : 0)
    }

    /// Makes everything as after a power-up, but the errors.
    mutating func reset() {
        let errors = errorStatus
        self = VirtualLocalAPIC(identifier: identifier)
        errorStatus = errors
    }

    /// Whether it is there, and software has switched it on.
    var isEnabled: Bool { mode != .disabled && spurious & 1 << 8 != 0 }

    /// The highest vector that may be delivered now: above the one in service and above the task priority.
    var deliverable: UInt8? {
        guard isEnabled, let vector = requested.highest else { return nil }
        let threshold = max(taskPriority & 0xF0, UInt32(inService.highest ?? 0) & 0xF0)
        return UInt32(vector) & 0xF0 > threshold ? vector : nil
    }

    /// Whether any vector waits to be taken.
    var hasRequest: Bool { requested.highest != nil }

    /// The class of a vector that only the task priority holds back.
    var heldBack: UInt8? {
        guard isEnabled, let vector = requested.highest, vector & 0xF0 > (inService.highest ?? 0) & 0xF0 else {
            return nil
        }
        return vector &>> 4
    }

    /// The priority class and more that a vector has to exceed: the task priority, or the class of the highest vector in service.
    var processorPriority: UInt32 {
        let serviced = UInt32(inService.highest ?? 0) & 0xF0
        return taskPriority & 0xF0 >= serviced ? taskPriority : serviced
    }

    /// Accepts an interrupt. A vector below 16 is an error and not taken.
    mutating func accept(_ vector: UInt8) {
        guard isEnabled else { return }
        if vector < 16 {
            note(VirtualLocalAPIC.receivedIllegalVector)
        } else {
            requested.insert(vector)
        }
    }

    /// Notes an error. A new one raises the interrupt that the local vector table has for errors, unless that is masked.
    mutating func note(_ error: UInt32) {
        guard errorStatus & error == 0 else { return }
        errorStatus |= error
        guard localVectors[5] & 1 << 16 == 0 else { return }
        let vector = UInt8(truncatingIfNeeded: localVectors[5])
        if vector < 16 {
            errorStatus |= VirtualLocalAPIC.receivedIllegalVector
        } else {
            requested.insert(vector)
        }
    }

    /// Moves a vector from requested to in service, when the processor takes it.
    mutating func take(_ vector: UInt8) {
        requested.remove(vector)
        inService.insert(vector)
    }

    /// The end of the highest interrupt in service.
    mutating func endOfInterrupt() {
        if let vector = inService.highest { inService.remove(vector) }
    }

    /// The nanoseconds of a count of the timer: the bus has 100 MHz, as on Xen.
    var timerTick: UInt64 {
        let encoded = (timerDivide & 3) | (timerDivide &>> 1 & 4)
        return (encoded == 7 ? 1 : 2 &<< UInt64(encoded)) &* 10
    }

    /// The timer's period in nanoseconds for its initial count.
    var timerPeriod: UInt64 { UInt64(timerInitialCount) &* timerTick }

    /// Whether the timer counts, once or again and again: a mode of waiting for a deadline is not offered.
    var timerHasCount: Bool { localVectors[0] &>> 18 & 1 == 0 }

    /// Whether the timer starts again by itself.
    var timerIsPeriodic: Bool { localVectors[0] &>> 17 & 3 == 1 }
}
