// SPDX-License-Identifier: MIT

/// What a vCPU is doing (`RUNSTATE_*`, Xen public header `vcpu.h`).
public enum Runstate: UInt32, CaseIterable, Sendable {
    /// Running on a physical CPU.
    case running = 0
    /// Waiting for a physical CPU.
    case runnable = 1
    /// Waiting for an event.
    case blocked = 2
    /// Neither: it is down or paused.
    case offline = 3
}

/// How a vCPU has spent its time (`struct vcpu_runstate_info`, 48 bytes; 44 for a 32-bit caller).
public struct RunstateInfo: GuestStructure {
    /// A `Runstate`.
    public var state: UInt32 = 0
    /// Padding, zero.
    public var padding: UInt32 = 0
    /// The system time in nanoseconds when it took up that state. Bit 63 may be `updateFlag`.
    public var entryTime: UInt64 = 0
    /// Nanoseconds spent running.
    public var runningTime: UInt64 = 0
    /// Nanoseconds spent runnable.
    public var runnableTime: UInt64 = 0
    /// Nanoseconds spent blocked.
    public var blockedTime: UInt64 = 0
    /// Nanoseconds spent offline.
    public var offlineTime: UInt64 = 0

    /// All fields zero.
    public init() {}

    /// The layout of a 32-bit caller.
    public struct Compat: GuestLayout {
        /// A `Runstate`.
        public var state: UInt32 = 0
        /// The system time in nanoseconds when it took up that state. Bit 63 may be `updateFlag`.
        public var entryTime: PackedUInt64 = PackedUInt64()
        /// Nanoseconds spent running.
        public var runningTime: PackedUInt64 = PackedUInt64()
        /// Nanoseconds spent runnable.
        public var runnableTime: PackedUInt64 = PackedUInt64()
        /// Nanoseconds spent blocked.
        public var blockedTime: PackedUInt64 = PackedUInt64()
        /// Nanoseconds spent offline.
        public var offlineTime: PackedUInt64 = PackedUInt64()

        /// All fields zero.
        public init() {}
    }

    /// Widens what a 32-bit caller passed.
    public init(_ compat: Compat) {
        state = compat.state
        entryTime = compat.entryTime.value
        runningTime = compat.runningTime.value
        runnableTime = compat.runnableTime.value
        blockedTime = compat.blockedTime.value
        offlineTime = compat.offlineTime.value
    }

    /// Narrows the value for a 32-bit caller.
    public var compat: Compat {
        var narrow = Compat()
        narrow.state = state
        narrow.entryTime = PackedUInt64(entryTime)
        narrow.runningTime = PackedUInt64(runningTime)
        narrow.runnableTime = PackedUInt64(runnableTime)
        narrow.blockedTime = PackedUInt64(blockedTime)
        narrow.offlineTime = PackedUInt64(offlineTime)
        return narrow
    }
}
