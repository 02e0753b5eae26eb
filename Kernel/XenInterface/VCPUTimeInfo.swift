// SPDX-License-Identifier: MIT

/// The paravirtual clock of one vCPU (`struct vcpu_time_info`, Xen public header `xen.h`, 32 bytes).
///
/// Nanoseconds are `systemTime` + (((TSC - `tscTimestamp`) << `tscShift`) * `tscToSystemMultiplier` >> 32), where a
/// negative shift goes right.
public struct VCPUTimeInfo: GuestStructure {
    /// Odd while the record is being written.
    public var version: UInt32 = 0
    /// Padding, zero.
    public var padding0: UInt32 = 0
    /// The guest's TSC at `systemTime`.
    public var tscTimestamp: UInt64 = 0
    /// Nanoseconds since the machine started.
    public var systemTime: UInt64 = 0
    /// A 0.32 fixed-point fraction; never 0.
    public var tscToSystemMultiplier: UInt32 = 0
    /// How far to shift the difference of TSCs.
    public var tscShift: Int8 = 0
    /// Bit 0: the record is monotonic across vCPUs (`XEN_PVCLOCK_TSC_STABLE_BIT`).
    public var flags: UInt8 = 0
    /// Padding, zero.
    public var padding1: UInt16 = 0

    /// All fields zero.
    public init() {}
}
