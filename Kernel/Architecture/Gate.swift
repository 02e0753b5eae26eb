// SPDX-License-Identifier: MIT

/// An entry of the interrupt descriptor table in long mode: 16 bytes. (AMD APM vol. 2 §4.8.4)
public struct Gate: BitwiseCopyable, Sendable {
    /// The lower eight bytes.
    public let low: UInt64
    /// The upper eight bytes: bits 63:32 of the target.
    public let high: UInt64

    /// A present interrupt gate: entering it switches maskable interrupts off.
    ///
    /// - Parameter stack: which of the seven stacks of the task state segment to use; 0 for the current one.
    public init(target: UInt64, codeSelector: UInt16, stack: UInt8) {
        let presentInterruptGate: UInt64 = 0x8E00
        low =
            target & 0xFFFF | UInt64(codeSelector) << 16 | UInt64(stack & 7) << 32
            | presentInterruptGate << 32 | (target >> 16 & 0xFFFF) << 48
        high = target >> 32
    }
}

/// The descriptor of a task state segment in long mode: 16 bytes of the global descriptor table. (AMD APM vol. 2 §4.8.3)
public struct TaskStateDescriptor: BitwiseCopyable, Sendable {
    /// The lower eight bytes.
    public let low: UInt64
    /// The upper eight bytes: bits 63:32 of the base.
    public let high: UInt64

    /// An available 64-bit task state segment.
    public init(base: UInt64, limit: UInt16) {
        let presentAvailableTaskState: UInt64 = 0x89
        low =
            UInt64(limit) | (base & 0xFF_FFFF) << 16 | presentAvailableTaskState << 40 | (base >> 24 & 0xFF) << 56
        high = base >> 32
    }
}
