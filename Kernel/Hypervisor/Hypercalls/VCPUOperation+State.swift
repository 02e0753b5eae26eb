// SPDX-License-Identifier: MIT
import Architecture
import CPU
import XenInterface

extension VirtualMachineMonitor {
    /// `VCPUOP_initialise`: the registers with which a virtual CPU that is down will start.
    func initialize(_ vcpu: VirtualCPU, _ call: Hypercall) throws(XenError) {
        guard !vcpu.isInitialized else { throw .alreadyExists }
        let header = try call.read(VCPUContext.self, at: call.argument3)
        guard header.padding == 0 else { throw .invalidArgument }
        let place = call.argument3 &+ UInt64(MemoryLayout<VCPUContext>.size)
        switch header.mode {
        case 0: try start(vcpu, with: call.read(VCPUContext32.self, at: place))
        case 1: try start(vcpu, with: call.read(VCPUContext64.self, at: place))
        default: throw .invalidArgument
        }
        vcpu.pending.insert(.startup)
        vcpu.isInitialized = true
    }

    /// `VCPUOP_up`.
    func bringUp(_ vcpu: VirtualCPU) throws(XenError) {
        guard vcpu.isInitialized else { throw .invalidArgument }
        if !vcpu.isUp { vcpu.makeRunnable() }
    }

    private func start(_ vcpu: VirtualCPU, with context: VCPUContext64) throws(XenError) {
        let efer = EFER(rawValue: context.efer)
        try check(CR4(rawValue: context.cr4), efer)
        guard efer.contains(.longModeEnable), context.cr0 & CR0.paging.rawValue != 0,
            context.cr4 & CR4.physicalAddressExtension.rawValue != 0
        else { throw .invalidArgument }
        var state = InitialState(instructionPointer: context.rip)
        state.stackPointer = context.rsp
        state.flags = RFlags(rawValue: context.rflags | RFlags.alwaysOne.rawValue)
        state.cr0 = CR0(rawValue: context.cr0 | CR0.extensionType.rawValue)
        state.cr3 = context.cr3
        state.cr4 = CR4(rawValue: context.cr4)
        state.efer = efer.union(.longModeActive)
        state.code = Segment(selector: 0, attributes: SegmentAttributes(rawValue: 0xA9B), limit: .max, base: 0)
        vcpu.startState = state
        vcpu.startRegisters.rax = context.rax
        vcpu.startRegisters.rbx = context.rbx
        vcpu.startRegisters.rcx = context.rcx
        vcpu.startRegisters.rdx = context.rdx
        vcpu.startRegisters.rsi = context.rsi
        vcpu.startRegisters.rdi = context.rdi
        vcpu.startRegisters.rbp = context.rbp
    }

    private func start(_ vcpu: VirtualCPU, with context: VCPUContext32) throws(XenError) {
        guard context.padding0 == 0, context.padding1 | context.padding2 | context.padding3 == 0 else {
            throw .invalidArgument
        }
        try check(CR4(rawValue: UInt64(context.cr4)), EFER(rawValue: context.efer))
        var state = InitialState(instructionPointer: UInt64(context.eip))
        state.stackPointer = UInt64(context.esp)
        state.flags = RFlags(rawValue: UInt64(context.eflags) | RFlags.alwaysOne.rawValue)
        state.cr0 = CR0(rawValue: UInt64(context.cr0) | CR0.extensionType.rawValue)
        state.cr3 = UInt64(context.cr3)
        state.cr4 = CR4(rawValue: UInt64(context.cr4))
        state.efer = EFER(rawValue: context.efer)
        state.code = try segment(context.csBase, context.csLimit, context.csAttributes)
        state.data = try segment(context.dsBase, context.dsLimit, context.dsAttributes)
        state.stack = try segment(context.ssBase, context.ssLimit, context.ssAttributes)
        state.extra = try segment(context.esBase, context.esLimit, context.esAttributes)
        state.task = try segment(context.trBase, context.trLimit, context.trAttributes)
        guard state.code.attributes.contains(.present), state.stack.attributes.contains(.present),
            state.code.attributes.privilegeLevel == state.stack.attributes.privilegeLevel
        else { throw .invalidArgument }
        vcpu.startState = state
        vcpu.startRegisters.rax = UInt64(context.eax)
        vcpu.startRegisters.rbx = UInt64(context.ebx)
        vcpu.startRegisters.rcx = UInt64(context.ecx)
        vcpu.startRegisters.rdx = UInt64(context.edx)
        vcpu.startRegisters.rsi = UInt64(context.esi)
        vcpu.startRegisters.rdi = UInt64(context.edi)
        vcpu.startRegisters.rbp = UInt64(context.ebp)
    }

    /// A virtual CPU starts with nothing on that it could not switch on itself.
    private func check(_ cr4: CR4, _ efer: EFER) throws(XenError) {
        let allowed: EFER = [.systemCall, .longModeEnable, .longModeActive, .noExecuteEnable, .fastFXSave]
        guard allowedCR4.isSuperset(of: cr4), allowed.isSuperset(of: efer) else { throw .invalidArgument }
    }

    /// A segment from its parts. The attributes have twelve bits; the limit fits the granularity.
    private func segment(_ base: UInt32, _ limit: UInt32, _ attributes: UInt16) throws(XenError) -> Segment {
        guard attributes & 0xF000 == 0 else { throw .invalidArgument }
        return Segment(
            selector: 0, attributes: SegmentAttributes(rawValue: attributes), limit: limit, base: UInt64(base))
    }
}
