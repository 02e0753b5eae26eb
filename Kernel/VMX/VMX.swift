// SPDX-License-Identifier: MIT
import Architecture
import CPU
import Diagnostics
import Hypervisor

/// Intel's Virtual Machine Extensions on one processor: one of the two ways in which guests run. (Intel SDM vol. 3C chapters 24 to 34)
public final class VMX: VirtualizationBackend {
    private let capabilities: VMXCapabilities
    private let controls: VMXControls
    private let bitmap: MSRBitmap
    private let allocator: FrameAllocator
    private let identifiers: AddressSpaceIdentifiers

    /// Whether the processor has VMX.
    public static var isPresent: Bool { cpu_cpuid(1, 0).ecx & 1 << 5 != 0 }

    /// Switches VMX on.
    ///
    /// - Parameter allocator: gives the frames that the processor needs.
    /// - Throws: why VMX cannot be used.
    public convenience init(_ allocator: FrameAllocator) throws(VMXFailure) {
        guard VMX.isPresent else { throw .absent }
        try VMX.permit()
        let capabilities = VMXCapabilities.ofProcessor()
        let controls = try VMXControls(
            capabilities, hasTimestampAuxiliary: cpu_cpuid(0x8000_0001, 0).edx & 1 << 27 != 0)
        guard let bitmap = allocator.takeFrame() else { throw .outOfMemory }
        try self.init(
            capabilities, controls, MSRBitmap(in: bitmap), AddressSpaceIdentifiers(highest: 0xFFFF), allocator)
    }

    /// Switches VMX on for another processor. Virtual CPUs move between the two, so it must be able to do what the first one can.
    public convenience init(joining first: VMX, _ allocator: FrameAllocator) throws(VMXFailure) {
        guard VMX.isPresent else { throw .absent }
        try VMX.permit()
        guard VMXCapabilities.ofProcessor() == first.capabilities else { throw .different }
        try self.init(first.capabilities, first.controls, first.bitmap, first.identifiers, allocator)
    }

    private init(
        _ capabilities: VMXCapabilities, _ controls: VMXControls, _ bitmap: MSRBitmap,
        _ identifiers: AddressSpaceIdentifiers, _ allocator: FrameAllocator
    ) throws(VMXFailure) {
        guard let region = allocator.takeFrame() else { throw .outOfMemory }
        self.capabilities = capabilities
        self.controls = controls
        self.bitmap = bitmap
        self.identifiers = identifiers
        self.allocator = allocator
        PhysicalMemory.fill(region)
        PhysicalMemory.write(capabilities.revisionIdentifier, at: region.address)
        cpu_write_cr0((cpu_read_cr0() | capabilities.cr0Required) & capabilities.cr0Possible)
        cpu_write_cr4((cpu_read_cr4() | capabilities.cr4Required) & capabilities.cr4Possible)
        guard cpu_vmxon(region.address.value) else { throw .notSwitchedOn }
    }

    /// What was found, for the log.
    public var summary: Message {
        "vmx: enabled; 65535 virtual-processor identifiers, extended page tables, unrestricted guests, VMCS revision \(hex: UInt64(capabilities.revisionIdentifier))"
    }

    /// Firmware says once, until the next reset, whether VMX may be used: bit 0 of FEATURE_CONTROL locks it, bit 2 permits VMXON.
    /// Where firmware has said nothing, we do. (Intel SDM vol. 3C §24.7)
    private static func permit() throws(VMXFailure) {
        let control = cpu_read_msr(ModelSpecificRegister.featureControl)
        if control & 1 == 0 {
            cpu_write_msr(ModelSpecificRegister.featureControl, control | 1 << 2 | 1)
        } else if control & 1 << 2 == 0 {
            throw .disabledByFirmware
        }
    }

    public static var nestedPageTableFormat: NestedPageTableFormat { .extendedPaging }

    /// VMCALL.
    public static var hypercallInstruction: InlineArray<3, UInt8> { [0x0F, 0x01, 0xC1] }

    /// VMMCALL.
    public static var foreignHypercallInstruction: InlineArray<3, UInt8> { [0x0F, 0x01, 0xD9] }

    public func control(of vcpu: VirtualCPU) -> some ControlBlock { vmcs(of: vcpu) }

    @inline(__always)
    private func vmcs(of vcpu: VirtualCPU) -> CurrentVMCS { CurrentVMCS(at: vcpu.controlFrame.address) }

    public func prepare(_ vcpu: VirtualCPU) -> Bool {
        guard let owner = VMCS(capabilities, allocator: allocator) else { return false }
        let vmcs = vmcs(of: vcpu)
        vmcs.adopt(owner)
        vmcs.load()
        vmcs.writeControls(controls, bitmap)
        vmcs[ControlFields.virtualProcessorIdentifier] = UInt16(truncatingIfNeeded: identifiers.next())
        vmcs[ControlFields.extendedPageTables] = VMX.pointer(to: vcpu.domain)
        vmcs.clear()
        return true
    }

    /// The hypervisor's registers are this processor's own.
    public func makeCurrent(_ vcpu: VirtualCPU, isMoved: Bool) {
        let vmcs = vmcs(of: vcpu)
        vmcs.load()
        if isMoved { vmcs.writeHostState() }
        vmcs.restoreUnheldRegisters()
        if identifiers.isShared(UInt32(vmcs[ControlFields.virtualProcessorIdentifier])) { vmcs.flushOwnTranslations() }
    }

    /// The VMCS is written to memory, as another processor may run it next. (Intel SDM vol. 3C §25.11.1)
    public func putAside(_ vcpu: VirtualCPU) {
        let vmcs = vmcs(of: vcpu)
        vmcs.saveUnheldRegisters()
        vmcs.clear()
    }

    public func retire(_ vcpu: VirtualCPU) { vmcs(of: vcpu).discard() }

    public func forEachFrame(of vcpu: VirtualCPU, _ body: (HostFrame) -> Void) { vmcs(of: vcpu).forEachFrame(body) }

    /// Both what was cached under the tables of the domain, which others of its virtual CPUs may have left, and what combines them with
    /// the guest's own. A domain before this one may have had its tables in the same frames.
    @inline(never)
    public func flushTranslations(of vcpu: VirtualCPU) {
        let isSingle = capabilities.extendedPaging.contains(.inveptSingle)
        cpu_invept(isSingle ? 1 : 2, VMX.pointer(to: vcpu.domain))
    }

    /// The extended-page-table pointer of a domain: write-back tables (6) of four levels (3). (Intel SDM vol. 3C §25.6.11)
    private static func pointer(to domain: Domain) -> UInt64 { domain.physicalMap.root.value | 3 << 3 | 6 }
}
