// SPDX-License-Identifier: MIT

/// What `vcpu_op` does, in its first argument (`VCPUOP_*`, Xen public header `vcpu.h`).
///
/// The second argument is the vCPU, the third a pointer to the structure, if there is one.
public enum VCPUOperation: UInt32, CaseIterable, Sendable {
    /// Gives a vCPU its first registers: a `VCPUContext`.
    case initialize = 0
    /// Starts a vCPU that has been initialised.
    case up = 1
    /// Stops a vCPU.
    case down = 2
    /// Answers 1 if the vCPU is up, 0 if not.
    case isUp = 3
    /// Copies a `RunstateInfo` out.
    case getRunstateInfo = 4
    /// Keeps a `RunstateInfo` in guest memory up to date: a `RegisterArea`.
    case registerRunstateArea = 5
    /// Raises VIRQ timer again and again: a `SetPeriodicTimer`.
    case setPeriodicTimer = 6
    /// Stops that. No arguments.
    case stopPeriodicTimer = 7
    /// Raises VIRQ timer once: a `SetSingleshotTimer`.
    case setSingleshotTimer = 8
    /// Cancels that. No arguments.
    case stopSingleshotTimer = 9
    /// Moves the vCPU's information out of the shared info page: a `RegisterVCPUInfo`.
    case registerVCPUInfo = 10
    /// Raises a non-maskable interrupt. No arguments.
    case sendNMI = 11
    /// Tells the physical CPU that a pinned vCPU runs on, for the control domain.
    case getPhysicalIdentifier = 12
    /// Keeps a `VCPUTimeInfo` in guest memory up to date: a `RegisterArea`.
    case registerVCPUTimeArea = 13
}
