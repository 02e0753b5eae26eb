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
        case .pageTableDying:
            let arguments = try call.read(HVMOperation.PageTableDying.self, at: call.argument2)
            // Nobody shadows page tables here, neither the caller's nor those of others.
            if call.domain.isNamed(by: arguments.domain) { throw .invalidArgument }
            throw refusalOfOther(arguments.domain, call) == .noSuchProcess ? .noSuchProcess : .notSupported
        case .trace: try checkTrace(call)
        case .guestRequestEvent:
            guard call.argument2 == 0 else { throw .invalidArgument }
        case .alternateMap: throw .notSupported
        case .setPCIInterruptLevel, .setISAInterruptLevel, .setPCILinkRoute, .setMemoryAccess, .getMemoryAccess, nil:
            throw .notImplemented
        }
        return 0
    }

    private func parameter(_ call: Hypercall) throws(XenError) -> (HVMOperation.Parameter, HVMParameter) {
        let arguments = try call.read(HVMOperation.Parameter.self, at: call.argument2)
        try requireOwn(arguments.domain, call, control: .invalidArgument)
        guard let index = HVMParameter(rawValue: arguments.index) else {
            // The numbers of other architectures are refused in another way than those of nobody.
            throw arguments.index == 3 || arguments.index == 7 || arguments.index == 8
                ? .operationNotPermitted : .invalidArgument
        }
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
        case .vm86TaskState: arguments.value = parameters.vm86TaskState & 0xFFFF_FFFF
        case .vm86TaskStateSized: arguments.value = parameters.vm86TaskState
        case .acpiPortsLocation: arguments.value = 0
        case .generationIdentifierAddress: arguments.value = parameters.generationIdentifierAddress
        case .x87InstructionPointerWidth: arguments.value = parameters.x87InstructionPointerWidth
        case .alternateMap: arguments.value = 0
        case .pae, .deviceModelDomain: throw .invalidArgument
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
        case .vm86TaskState: try setTaskState(arguments.value, hasSize: false, call)
        case .vm86TaskStateSized: try setTaskState(arguments.value, hasSize: true, call)
        case .acpiPortsLocation: throw .noSuchDevice  // there is no power management in ports
        case .generationIdentifierAddress: call.domain.parameters.generationIdentifierAddress = arguments.value
        case .x87InstructionPointerWidth:
            guard arguments.value == 0 || arguments.value == 4 || arguments.value == 8 else { throw .invalidArgument }
            call.domain.parameters.x87InstructionPointerWidth = arguments.value
        case .pae, .deviceModelDomain: throw .invalidArgument
        default: throw .operationNotPermitted
        }
    }

    /// Where a task state segment for virtual-8086 mode may lie; its size is in the upper half, or the usual one. A wrong value
    /// is the end of the domain, as on Xen.
    private func setTaskState(_ value: UInt64, hasSize: Bool, _ call: Hypercall) throws(XenError) {
        let (least, most) = (104 as UInt64, 104 + 32 + 8192 + 1 as UInt64)
        guard hasSize ? value &>> 32 >= least : value &>> 32 == 0 else {
            call.domain.end(.destroyed("named a place or size that no task state segment has"))
            throw .invalidArgument
        }
        let size = hasSize ? min(value &>> 32, most) : value == 0 ? 0 : 128
        call.domain.parameters.vm86TaskState = size &<< 32 | value & 0xFFFF_FFFF
    }

    /// `HVMOP_xentrace`: a record for the trace buffers, of which there are none.
    private func checkTrace(_ call: Hypercall) throws(XenError) {
        let arguments = try call.read(HVMOperation.Trace.self, at: call.argument2)
        guard arguments.event < 1 << 12, arguments.byteCount <= HVMOperation.Trace.maximumByteCount else {
            throw .invalidArgument
        }
    }

    /// A vector of a virtual CPU's own for events: they come through its local APIC from now on.
    private func setEventUpcallVector(_ call: Hypercall) throws(XenError) {
        let arguments = try call.read(HVMOperation.SetEventUpcallVector.self, at: call.argument2)
        guard arguments.vector >= 16 else { throw .invalidArgument }
        guard let vcpu = call.domain.vcpu(arguments.vcpu) else { throw .noSuchEntry }
        vcpu.upcallVector = arguments.vector
        vcpu.requestUpcall()
    }

    /// What is behind a guest frame: memory, or nothing (which behaves like a device that answers with ones).
    private func getMemoryKind(_ call: Hypercall) throws(XenError) {
        var arguments = try call.read(HVMOperation.GetMemoryKind.self, at: call.argument2)
        try requireOwn(arguments.domain, call)
        let mapping = call.domain.physicalMap.lookup(GuestFrame(arguments.guestFrame))
        arguments.kind = mapping.map { $0.isWritable ? 0 : 1 } ?? 2
        try call.write(arguments, at: call.argument2)
    }
}

extension HVMOperation.GetTime {
    init(now: UInt64) {
        self.init()
        self.now = now
    }
}
