// SPDX-License-Identifier: MIT
import Architecture
import Hypervisor

/// The guest's registers.
extension VMCSAccess {
    var instructionPointer: UInt64 {
        get { self[GuestFields.rip] }
        nonmutating set {
            self[GuestFields.rip] = newValue
            if !GuestLinearAddress(newValue).isCanonical { leaveAddressSpace() }
        }
    }

    /// The guest has executed the last instruction of the lower half of all addresses. The processor would find no instruction behind it,
    /// but refuses to enter a guest there: it gets the exception where the upper half begins. (Intel SDM vol. 3C §26.3.1.4)
    @inline(never)
    private func leaveAddressSpace() {
        self[GuestFields.rip] = UInt64(bitPattern: Int64(bitPattern: self[GuestFields.rip] &<< 16) &>> 16)
        injection = EventInjection(.exception, vector: Exception.generalProtection.rawValue, errorCode: 0)
    }

    var flags: RFlags {
        get { self[GuestFields.rflags] }
        nonmutating set { self[GuestFields.rflags] = newValue }
    }

    var instructionAddress: GuestLinearAddress {
        let offset = instructionPointer
        return GuestLinearAddress(isIn64BitCode ? offset : (self[GuestFields.base(.cs)] &+ offset) & 0xFFFF_FFFF)
    }

    /// The bits that are the hypervisor's read as the guest has written them.
    var cr0: CR0 {
        let mask = self[ControlFields.cr0Mask]
        return CR0(rawValue: self[GuestFields.cr0].rawValue & ~mask | self[ControlFields.cr0Shadow] & mask)
    }

    var cr4: CR4 {
        get {
            let mask = self[ControlFields.cr4Mask]
            return CR4(rawValue: self[GuestFields.cr4].rawValue & ~mask | self[ControlFields.cr4Shadow] & mask)
        }
        nonmutating set {
            self[ControlFields.cr4Shadow] = newValue.rawValue
            self[GuestFields.cr4] = CR4(rawValue: newValue.rawValue | capabilities.cr4Required)
            flushOwnTranslations()
        }
    }

    func interceptCR4(_ bits: CR4) { self[ControlFields.cr4Mask] = bits.rawValue | capabilities.cr4Required }

    var cr3: UInt64 { self[GuestFields.cr3] }
    var efer: EFER { self[GuestFields.efer] }
    var stackPointer: UInt64 {
        get { self[GuestFields.rsp] }
        nonmutating set { self[GuestFields.rsp] = newValue }
    }

    var pageFaultAddress: UInt64 {
        get { cr2 }
        nonmutating set { cr2 = newValue }
    }

    func segment(_ register: SegmentRegister) -> Segment {
        let field = GuestFields.SegmentRegister(rawValue: UInt64(register.rawValue)) ?? .ds
        return SegmentState(field, of: self).segment
    }

    /// The privilege level is that of the stack segment. (Intel SDM vol. 3C §25.4.1)
    var privilegeLevel: UInt8 { UInt8(truncatingIfNeeded: self[GuestFields.accessRights(.ss)] &>> 5) & 3 }

    @inline(__always)
    var isIn64BitCode: Bool {
        self[GuestFields.accessRights(.cs)] & 1 << 13 != 0 && self[GuestFields.efer].contains(.longModeActive)
    }

    /// VMX tells how long the instruction was.
    @inline(__always)
    func finishInstruction(length: UInt64) {
        var next = instructionPointer &+ UInt64(self[ExitFields.instructionLength])
        if next &>> 32 != 0 && !isIn64BitCode { next &= 0xFFFF_FFFF }
        instructionPointer = next
        if isInterruptShadowed { isInterruptShadowed = false }
        if flags.contains(.trap) { injectSingleStep() }
    }

    /// As `ControlBlock.injectSingleStep`, which these fields have no part in: a VMCS is no control block until it is current.
    @inline(never)
    private func injectSingleStep() {
        debugStatus |= EventInjection.singleStepStatus
        injection = .singleStep
    }

    func readRegister(_ index: UInt32) -> UInt64? {
        switch index {
        case ModelSpecificRegister.extendedFeatureEnable: efer.rawValue
        case ModelSpecificRegister.fsBase: self[GuestFields.base(.fs)]
        case ModelSpecificRegister.gsBase: self[GuestFields.base(.gs)]
        case ModelSpecificRegister.systemEnterSegment: UInt64(self[GuestFields.systemEnterSegment])
        case ModelSpecificRegister.systemEnterStack: self[GuestFields.systemEnterStack]
        case ModelSpecificRegister.systemEnterTarget: self[GuestFields.systemEnterTarget]
        case ModelSpecificRegister.pageAttributeTable: self[GuestFields.pageAttributeTable]
        default: nil
        }
    }

    /// All that the VMCS holds is the guest's to write without an exit, so none arrives here: see `MSRBitmap`.
    func writeRegister(_ index: UInt32, _ value: UInt64) throws(GuestFault) -> Bool { false }

    var taskPriority: UInt8 {
        get { PhysicalMemory.read(UInt8.self, at: virtualAPICPage.advanced(by: 0x80)) >> 4 }
        nonmutating set {
            PhysicalMemory.write(newValue << 4, at: virtualAPICPage.advanced(by: 0x80))
            // A threshold above the priority would be refused; the hypervisor asks again if it still waits.
            self[ControlFields.taskPriorityThreshold] = 0
        }
    }
}
