// SPDX-License-Identifier: MIT
import XenInterface

/// One vCPU's information, wherever it lies at the moment.
public struct VCPUInfo: Sendable {
    /// Where it lies.
    public let address: UInt64
    /// The offsets of its fields.
    public var layout: VCPUInfoLayout { .bits64 }

    /// The information at `address`.
    public init(at address: UInt64) { self.address = address }

    /// The address of the byte that tells whether an event waits.
    public var upcallPendingAddress: UInt64 { address &+ UInt64(layout.upcallPending) }
    /// Whether an event waits.
    public var isUpcallPending: Bool { Memory.load8(upcallPendingAddress) != 0 }
    /// The words of the pending bits that have something new.
    public var pendingSelector: UInt64 { Memory.load64(address &+ UInt64(layout.pendingSelector)) }

    /// Forgets what waits: the selector, then the pending byte.
    public func clear() {
        Memory.store64(0, at: address &+ UInt64(layout.pendingSelector))
        Memory.store8(0, at: upcallPendingAddress)
    }

    /// A consistent copy of the clock: it is read again as long as it is being written.
    public var time: VCPUTimeInfo {
        let time = address &+ UInt64(layout.time)
        while true {
            let version = Memory.load32(time)
            let copy = Memory.load(time, as: VCPUTimeInfo.self)
            if version & 1 == 0, Memory.load32(time) == version { return copy }
        }
    }
}
