// SPDX-License-Identifier: MIT
import Architecture
import CPU

extension PhysicalCPU {
    /// MOV to CR4: only bits of what CPUID shows, and long mode keeps its page tables. (AMD APM vol. 2 §3.1.3)
    @inline(never)
    func handleWriteCR4(of vcpu: VirtualCPU) {
        let control = backend.control(of: vcpu)
        do throws(InstructionFault) {
            let (source, length) = try InstructionEmulator(self, vcpu).decodeMoveToControlRegister()
            let value = CR4(rawValue: source)
            let keepsLongMode = !control.efer.contains(.longModeActive) || value.contains(.physicalAddressExtension)
            guard monitor.allowedCR4.isSuperset(of: value), keepsLongMode else {
                throw InstructionFault(.generalProtection)
            }
            control.cr4 = value
            control.finishInstruction(length: UInt64(length))
        } catch {
            raise(error, in: vcpu)
        }
    }
}

extension VirtualMachineMonitor {
    /// The bits of CR4 that a guest may set.
    var allowedCR4: CR4 {
        cpuidPolicy.allowedCR4(basic: machine.cpuid(1, 0), structured: machine.cpuid(7, 0))
    }
}

extension CPUIDPolicy {
    /// The bits of CR4 that belong to features which a guest sees, from the processor's own leaves 1 and 7.
    func allowedCR4(basic: CPUIDResult, structured: CPUIDResult) -> CR4 {
        let edx = basic.edx & CPUIDPolicy.commonFeatures
        let ecx = basicFeatures(basic.ecx, cr4: [])
        let leaf7 = structuredFeatures(structured)
        var allowed: CR4 = [.performanceCounters]
        if edx & 1 << 1 != 0 { allowed.formUnion([.virtual8086Extensions, .virtualInterrupts]) }
        if edx & 1 << 2 != 0 { allowed.insert(.debuggingExtensions) }
        if edx & 1 << 3 != 0 { allowed.insert(.pageSizeExtensions) }
        if edx & 1 << 4 != 0 { allowed.insert(.timestampDisable) }
        if edx & 1 << 6 != 0 { allowed.insert(.physicalAddressExtension) }
        if edx & 1 << 7 != 0 { allowed.insert(.machineChecks) }
        if edx & 1 << 13 != 0 { allowed.insert(.globalPages) }
        if edx & 1 << 24 != 0 { allowed.insert(.fxsave) }
        if edx & 1 << 25 != 0 { allowed.insert(.vectorExceptions) }
        if ecx & 1 << 26 != 0 { allowed.insert(.xsave) }
        if leaf7.ebx & 1 << 0 != 0 { allowed.insert(.segmentBases) }
        if leaf7.ebx & 1 << 7 != 0 { allowed.insert(.supervisorExecutionPrevention) }
        if leaf7.ebx & 1 << 20 != 0 { allowed.insert(.supervisorAccessPrevention) }
        if leaf7.ecx & 1 << 2 != 0 { allowed.insert(.userModeInstructionPrevention) }
        return allowed
    }
}
