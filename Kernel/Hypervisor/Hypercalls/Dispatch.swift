// SPDX-License-Identifier: MIT
import Architecture
import CPU
import XenInterface

extension VirtualMachineMonitor {
    /// Every hypercall there is, and where it is handled. Its number is in RAX.
    @inline(__always)
    func dispatch(_ call: Hypercall) throws(XenError) -> Int64 {
        switch HypercallNumber(rawValue: UInt32(truncatingIfNeeded: call.vcpu.registers.rax)) {
        case .memoryOperation: return try memoryOperation(call)
        case .setTimerOperation: return setTimerOperation(call)
        case .xenVersion: return try xenVersion(call)
        case .consoleIO: return try consoleIO(call)
        case .grantTableOperation: return try grantTableOperation(call)
        case .vmAssist: return try vmAssist(call)
        case .vcpuOperation: return try vcpuOperation(call)
        case .schedulerOperation: return try schedulerOperation(call)
        case .eventChannelOperation: return try eventChannelOperation(call)
        case .hvmOperation: return try hvmOperation(call)
        case .multicall: return try multicall(call)
        case .mmuExtendedOperation: return try mmuExtendedOperation(call)
        case .platformOperation: return try controlOperation(call, version: ControlOperationHeader.platformVersion)
        case .systemControl: return try controlOperation(call, version: ControlOperationHeader.systemControlVersion)
        case .domainControl: return try controlOperation(call, version: ControlOperationHeader.domainControlVersion)
        case .deviceModelOperation: return try deviceModelOperation(call)
        case .performanceMonitorOperation: throw .notSupported
        case .hypervisorFileSystemOperation: throw .operationNotPermitted
        case .securityOperation, .physicalDeviceOperation, .kexecOperation, .argoOperation, .callbackOperation,
            .profilingOperation, .nmiOperation, .transcendentMemoryOperation:
            throw .notImplemented
        case .setTrapTable, .mmuUpdate, .setGDT, .stackSwitch, .setCallbacks, .fpuTaskSwitch, .schedulerOperationOld,
            .setDebugRegister, .getDebugRegister, .updateDescriptor, .updateVirtualMapping, .eventChannelOperationOld,
            .physicalDeviceOperationOld, .updateVirtualMappingOfOtherDomain, .interruptReturn, .setSegmentBase:
            throw .notImplemented  // only for classic paravirtualised guests
        case .unassigned, nil:
            throw .notImplemented
        }
    }
}
