// SPDX-License-Identifier: MIT
import Architecture
import CPU
import Diagnostics
import Hypervisor
import XenInterface

/// AMD's Secure Virtual Machine on one processor: one of the two ways in which guests run. (AMD APM vol. 2 §15)
public final class SVM: VirtualizationBackend {
    private let features: SVMFeatures
    private let maps: PermissionMaps
    private let hostVMCB: HostPhysicalAddress
    private let identifiers: AddressSpaceIdentifiers

    /// Whether the processor has SVM.
    public static var isPresent: Bool {
        cpu_cpuid(0x8000_0000, 0).eax >= 0x8000_000A && cpu_cpuid(0x8000_0001, 0).ecx & 1 << 2 != 0
    }

    /// Switches SVM on. (AMD APM vol. 2 §15.4)
    ///
    /// - Parameter allocator: gives the frames that the processor needs.
    /// - Throws: why SVM cannot be used.
    public convenience init(_ allocator: FrameAllocator) throws(SVMFailure) {
        guard SVM.isPresent else { throw .absent }
        let capabilities = cpu_cpuid(0x8000_000A, 0)
        guard let ports = allocator.takeFrames(3), let registers = allocator.takeFrames(2) else { throw .outOfMemory }
        try self.init(
            features: SVMFeatures(rawValue: capabilities.edx),
            maps: PermissionMaps(ports: ports, registers: registers),
            identifiers: AddressSpaceIdentifiers(highest: max(capabilities.ebx, 2) &- 1), allocator)
    }

    /// Switches SVM on for another processor. Virtual CPUs move between the two, so it must be able to do what the first one can.
    public convenience init(joining first: SVM, _ allocator: FrameAllocator) throws(SVMFailure) {
        guard SVM.isPresent else { throw .absent }
        guard SVMFeatures(rawValue: cpu_cpuid(0x8000_000A, 0).edx) == first.features else { throw .different }
        try self.init(features: first.features, maps: first.maps, identifiers: first.identifiers, allocator)
    }

    private init(
        features: SVMFeatures, maps: PermissionMaps, identifiers: AddressSpaceIdentifiers, _ allocator: FrameAllocator
    ) throws(SVMFailure) {
        guard cpu_read_msr(ModelSpecificRegister.virtualMachineControl) & 1 << 4 == 0 else { throw .disabledByFirmware }
        guard features.contains(.nestedPaging) else { throw .noNestedPaging }
        guard let hostSaveArea = allocator.takeFrame(), let hostVMCB = allocator.takeFrame() else { throw .outOfMemory }
        self.features = features
        self.maps = maps
        self.identifiers = identifiers
        self.hostVMCB = hostVMCB.address
        PhysicalMemory.fill(hostSaveArea)
        PhysicalMemory.fill(hostVMCB)
        let efer = cpu_read_msr(ModelSpecificRegister.extendedFeatureEnable)
        cpu_write_msr(
            ModelSpecificRegister.extendedFeatureEnable, efer | EFER.secureVirtualMachineEnable.rawValue)
        cpu_write_msr(ModelSpecificRegister.hostSaveAddress, hostSaveArea.address.value)
        svm_save_host(self.hostVMCB.value)
    }

    /// What was found, for the log.
    public var summary: Message {
        let next: StaticString = features.contains(.nextInstructionSave) ? ", next-RIP save" : ""
        let flush: StaticString = features.contains(.flushByIdentifier) ? ", flush by ASID" : ""
        return "svm: enabled; \(identifiers.highest) address space identifiers for guests, nested paging\(next)\(flush)"
    }

    /// Whether this is QEMU's emulated processor ("TCGTCGTCGTCG"), which does not switch a guest's breakpoints off at an exit.
    private var leavesBreakpointsOn: Bool {
        let vendor = cpu_cpuid(0x4000_0000, 0)
        return vendor.ebx == 0x5447_4354 && vendor.ecx == 0x4354_4743 && vendor.edx == 0x4743_5447
    }

    public static var nestedPageTableFormat: NestedPageTableFormat { .nestedPaging }

    /// VMMCALL.
    public static var hypercallInstruction: InlineArray<3, UInt8> { [0x0F, 0x01, 0xD9] }

    /// VMCALL.
    public static var foreignHypercallInstruction: InlineArray<3, UInt8> { [0x0F, 0x01, 0xC1] }

    public func control(of vcpu: VirtualCPU) -> some ControlBlock { vmcb(of: vcpu) }

    @inline(__always)
    private func vmcb(of vcpu: VirtualCPU) -> VMCB { VMCB(at: vcpu.controlFrame.address) }

    public func prepare(_ vcpu: VirtualCPU) -> Bool {
        let vmcb = vmcb(of: vcpu)
        vmcb.control.features = features
        vmcb.control.interceptedExceptions = .always
        vmcb.control.instructionIntercepts = [
            .physicalInterrupt, .nonMaskableInterrupt, .initialize, .readPerformanceCounter, .cpuid, .invalidateCaches,
            .halt, .invalidatePageInASID, .portIO, .modelSpecificRegisters, .shutdown,
        ]
        vmcb.control.virtualizationIntercepts = [
            .vmrun, .vmmcall, .vmload, .vmsave, .stgi, .clgi, .skinit, .writeBackCaches, .monitor, .mwait, .armedMWAIT,
            .setExtendedControl,
        ]
        if leavesBreakpointsOn { vmcb.control.interceptedDebugRegisterWrites = 1 << 7 }
        vmcb.control.ioPermissionMap = maps.ports.value
        vmcb.control.msrPermissionMap = maps.registers.value
        vmcb.control.virtualInterrupt = .masking
        vmcb.control.nestedPagingEnable = 1
        vmcb.control.nestedCR3 = vcpu.domain.physicalMap.root.value
        vmcb.control.addressSpaceIdentifier = identifiers.next()
        return true
    }

    public func makeCurrent(_ vcpu: VirtualCPU, isMoved: Bool) {
        let vmcb = vmcb(of: vcpu)
        if isMoved { vmcb.control.hostVMCB = hostVMCB.value }
        if identifiers.isShared(vmcb.control.addressSpaceIdentifier) { vmcb.flushTranslations() }
    }

    /// The processor keeps nothing of a VMCB.
    public func putAside(_ vcpu: VirtualCPU) {}

    /// And its memory is the virtual CPU's.
    public func retire(_ vcpu: VirtualCPU) {}

    /// A VMCB lies in the virtual CPU's own frame, and needs no other.
    public func forEachFrame(of vcpu: VirtualCPU, _ body: (HostFrame) -> Void) {}

    @inline(never)
    public func flushTranslations(of vcpu: VirtualCPU) { vmcb(of: vcpu).flushTranslations() }
}
