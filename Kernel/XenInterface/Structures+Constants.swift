// SPDX-License-Identifier: MIT

extension StartInfo {
    /// What `magic` must be (`XEN_HVM_START_MAGIC_VALUE`).
    public static var magicNumber: UInt32 { 0x336E_C578 }
    /// In `flags`: the domain is privileged (`SIF_PRIVILEGED`).
    public static var privileged: UInt32 { 1 << 0 }
    /// In `flags`: the domain is the control domain (`SIF_INITDOMAIN`).
    public static var controlDomain: UInt32 { 1 << 1 }
}

extension RunstateInfo {
    /// In `entryTime`: the record is being written (`XEN_RUNSTATE_UPDATE`).
    public static var updateFlag: UInt64 { 1 << 63 }
}

extension VCPUTimeInfo {
    /// In `flags`: the record is monotonic across vCPUs (`XEN_PVCLOCK_TSC_STABLE_BIT`).
    public static var stableFlag: UInt8 { 1 << 0 }
}

extension VCPUOperation.SetSingleshotTimer {
    /// In `flags`: a time that has passed may be refused (`VCPU_SSHOTTMR_future`).
    public static var futureOnly: UInt32 { 1 << 0 }
}

extension SchedulerOperation.Poll {
    /// The greatest `portCount`.
    public static var maximumPortCount: UInt32 { 128 }
}

extension MemoryOperation {
    /// The bits of `memory_op`'s first argument that hold the operation; those above are Xen's own.
    public static var mask: UInt32 { 0x3F }
}
