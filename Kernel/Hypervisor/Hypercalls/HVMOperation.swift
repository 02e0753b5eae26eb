// SPDX-License-Identifier: MIT
import Architecture
import XenInterface

extension VirtualMachineMonitor {
    /// Hypercall 34, `hvm_op`: parameters of the domain. (Xen public header `hvm/hvm_op.h`)
    func hvmOperation(_ call: Hypercall) throws(XenError) -> Int64 {
        switch HVMOperation(rawValue: UInt32(truncatingIfNeeded: call.argument1)) {
        case .setParameter: try setParameter(call)
        case .getParameter: try getParameter(call)
        case .setEventUpcallVector: try setEventUpcallVector(call)
        case .flushTLBs:
            guard call.argument2 == 0 else { throw .invalidArgument }
            call.domain.physicalMap.needsFlush = true
        case .getTime:
            try call.write(HVMOperation.GetTime(now: clock.now), at: call.argument2)
        case .getMemoryKind: try getMemoryKind(call)
        case .pageTableDying: throw .invalidArgument
        case .guestRequestEvent:
            guard call.argument2 == 0 else { throw .invalidArgument }
        case .setPCIInterruptLevel, .setISAInterruptLevel, .setPCILinkRoute: throw .operationNotPermitted
        case .trace, .setMemoryAccess, .getMemoryAccess, .alternateMap, nil: throw .notImplemented
        }
        return 0
    }

    private func parameter(_ call: Hypercall) throws(XenError) -> (HVMOperation.Parameter, HVMParameter) {
        let arguments = try call.read(HVMOperation.Parameter.self, at: call.argument2)
        try requireOwn(arguments.domain, call)
        guard let index = HVMParameter(rawValue: arguments.index) else { throw .invalidArgument }
        return (arguments, index)
    }

    private func getParameter(_ call: Hypercall) throws(XenError) {
        var (arguments, index) = try parameter(call)
        let parameters = call.domain.parameters
        switch index {
        case .callbackInterrupt: arguments.value = parameters.callback.rawValue
        case .xenstoreFrame: arguments.value = parameters.xenstoreFrame
        case .xenstorePort: arguments.value = UInt64(parameters.xenstorePort)
        case .consoleFrame: arguments.value = parameters.consoleFrame
        case .consolePort: arguments.value = UInt64(parameters.consolePort)
        case .vm86TaskState: arguments.value = parameters.vm86TaskState
        case .vm86TaskStateSized: arguments.value = parameters.vm86TaskStateSized
        case .acpiPortsLocation: arguments.value = parameters.acpiPortsLocation
        case .generationIdentifierAddress: arguments.value = parameters.generationIdentifierAddress
        case .x87InstructionPointerWidth: arguments.value = parameters.x87InstructionPointerWidth
        case .alternateMap: arguments.value = 0
        default: throw .operationNotPermitted
        }
        try call.write(arguments, at: call.argument2)
    }

    private func setParameter(_ call: Hypercall) throws(XenError) {
        let (arguments, index) = try parameter(call)
        switch index {
        case .callbackInterrupt:
            call.domain.parameters.callback = EventCallback(rawValue: arguments.value)
            if call.domain.parameters.callback.kind == .vector {
                call.domain.parameters.callbackVector = call.domain.parameters.callback.vector
            }
            latchWordSize(of: call.domain, is64Bit: call.is64Bit)
        case .xenstorePort: call.domain.parameters.xenstorePort = UInt32(truncatingIfNeeded: arguments.value)
        case .consolePort: call.domain.parameters.consolePort = UInt32(truncatingIfNeeded: arguments.value)
        case .vm86TaskState: call.domain.parameters.vm86TaskState = arguments.value
        case .vm86TaskStateSized: call.domain.parameters.vm86TaskStateSized = arguments.value
        case .acpiPortsLocation: call.domain.parameters.acpiPortsLocation = arguments.value
        case .generationIdentifierAddress: call.domain.parameters.generationIdentifierAddress = arguments.value
        case .x87InstructionPointerWidth: call.domain.parameters.x87InstructionPointerWidth = arguments.value
        default: throw .operationNotPermitted
        }
    }

    /// A vector of a virtual CPU's own for events: not offered, as CPUID says.
    private func setEventUpcallVector(_ call: Hypercall) throws(XenError) {
        let arguments = try call.read(HVMOperation.SetEventUpcallVector.self, at: call.argument2)
        guard arguments.vector >= 16 else { throw .invalidArgument }
        guard call.domain.vcpu(arguments.vcpu) != nil else { throw .noSuchEntry }
        throw .notSupported
    }

    /// What is behind a guest frame: memory, or nothing (which behaves like a device that answers with ones).
    private func getMemoryKind(_ call: Hypercall) throws(XenError) {
        var arguments = try call.read(HVMOperation.GetMemoryKind.self, at: call.argument2)
        try requireOwn(arguments.domain, call)
        let isMemory = call.domain.physicalMap.lookup(GuestFrame(arguments.guestFrame)) != nil
        arguments.kind = isMemory ? 0 : 2
        try call.write(arguments, at: call.argument2)
    }
}

extension HVMOperation.GetTime {
    init(now: UInt64) {
        self.init()
        self.now = now
    }
}
