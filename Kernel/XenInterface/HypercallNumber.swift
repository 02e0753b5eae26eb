// SPDX-License-Identifier: MIT

/// The number in RAX that selects a hypercall (`__HYPERVISOR_*`, Xen public header `xen.h`).
public enum HypercallNumber: UInt32, CaseIterable, Sendable {
    /// `set_trap_table`: PV only.
    case setTrapTable = 0
    /// `mmu_update`: PV only.
    case mmuUpdate = 1
    /// `set_gdt`: PV only.
    case setGDT = 2
    /// `stack_switch`: PV only.
    case stackSwitch = 3
    /// `set_callbacks`: PV only.
    case setCallbacks = 4
    /// `fpu_taskswitch`: PV only.
    case fpuTaskSwitch = 5
    /// `sched_op_compat`: the first scheduler call, PV only.
    case schedulerOperationOld = 6
    /// `platform_op`: the control domain's hold on the machine.
    case platformOperation = 7
    /// `set_debugreg`: PV only.
    case setDebugRegister = 8
    /// `get_debugreg`: PV only.
    case getDebugRegister = 9
    /// `update_descriptor`: PV only.
    case updateDescriptor = 10
    /// No hypercall has this number.
    case unassigned = 11
    /// `memory_op`: see `MemoryOperation`.
    case memoryOperation = 12
    /// `multicall`: a list of hypercalls in one.
    case multicall = 13
    /// `update_va_mapping`: PV only.
    case updateVirtualMapping = 14
    /// `set_timer_op`: one argument, the absolute system time in nanoseconds at which VIRQ timer is due.
    case setTimerOperation = 15
    /// `event_channel_op_compat`: the first event-channel call, PV only.
    case eventChannelOperationOld = 16
    /// `xen_version`: see `XenVersionOperation`.
    case xenVersion = 17
    /// `console_io`: see `ConsoleOperation`.
    case consoleIO = 18
    /// `physdev_op_compat`: the first physical-device call, PV only.
    case physicalDeviceOperationOld = 19
    /// `grant_table_op`: see `GrantTableOperation`.
    case grantTableOperation = 20
    /// `vm_assist`: see `VMAssist`.
    case vmAssist = 21
    /// `update_va_mapping_otherdomain`: PV only.
    case updateVirtualMappingOfOtherDomain = 22
    /// `iret`: PV only.
    case interruptReturn = 23
    /// `vcpu_op`: see `VCPUOperation`.
    case vcpuOperation = 24
    /// `set_segment_base`: PV only.
    case setSegmentBase = 25
    /// `mmuext_op`: page-table services.
    case mmuExtendedOperation = 26
    /// `xsm_op`: security policy.
    case securityOperation = 27
    /// `nmi_op`: PV only.
    case nmiOperation = 28
    /// `sched_op`: see `SchedulerOperation`.
    case schedulerOperation = 29
    /// `callback_op`: PV only.
    case callbackOperation = 30
    /// `xenoprof_op`: profiling.
    case profilingOperation = 31
    /// `event_channel_op`: see `EventChannelOperation`.
    case eventChannelOperation = 32
    /// `physdev_op`: physical devices and interrupts.
    case physicalDeviceOperation = 33
    /// `hvm_op`: see `HVMOperation`.
    case hvmOperation = 34
    /// `sysctl`: system control, for the control domain.
    case systemControl = 35
    /// `domctl`: domain control, for the control domain.
    case domainControl = 36
    /// `kexec_op`: crash kernels, for the control domain.
    case kexecOperation = 37
    /// `tmem_op`: transcendent memory, withdrawn.
    case transcendentMemoryOperation = 38
    /// `argo_op`: messages between domains.
    case argoOperation = 39
    /// `xenpmu_op`: performance counters.
    case performanceMonitorOperation = 40
    /// `dm_op`: device models.
    case deviceModelOperation = 41
    /// `hypfs_op`: the hypervisor's file system.
    case hypervisorFileSystemOperation = 42
}
