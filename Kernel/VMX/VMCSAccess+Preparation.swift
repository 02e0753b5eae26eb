// SPDX-License-Identifier: MIT
import Architecture
import CPU
import Hypervisor

/// What is written into a new VMCS once.
extension VMCSAccess {
    /// The control words, and what goes with them. Fields that are not written here are zero: no MSR areas, no CR3 targets.
    func writeControls(_ controls: VMXControls, _ bitmap: MSRBitmap) {
        self[ControlFields.pinBased] = controls.pinBased
        self[ControlFields.processorBased] = controls.processorBased
        self[ControlFields.secondary] = controls.secondary
        self[ControlFields.exceptionBitmap] = .always
        self[ControlFields.pageFaultErrorCodeMask] = 0
        self[ControlFields.pageFaultErrorCodeMatch] = 0
        self[ControlFields.cr3TargetCount] = 0
        self[ControlFields.virtualAPICPage] = virtualAPICPage.value
        self[ControlFields.taskPriorityThreshold] = 0
        self[ControlFields.msrBitmap] = bitmap.address.value
        self[ControlFields.exit] = controls.exit
        self[ControlFields.exitMSRStoreCount] = 0
        self[ControlFields.exitMSRLoadCount] = 0
        self[ControlFields.entry] = controls.entry
        self[ControlFields.entryMSRLoadCount] = 0
        self[ControlFields.entryInterruption] = 0
        self[GuestFields.vmcsLink] = .max
        self[GuestFields.systemEnterSegment] = 0
        self[GuestFields.systemEnterStack] = 0
        self[GuestFields.systemEnterTarget] = 0
    }
}

extension CurrentVMCS {
    /// The hypervisor's registers on this processor: the same at every exit, but for RSP.
    func writeHostState() {
        self[HostFields.cr0] = cpu_read_cr0()
        self[HostFields.cr3] = cpu_read_cr3()
        self[HostFields.cr4] = cpu_read_cr4()
        self[HostFields.rip] = vmx_exit_address()
        self[HostFields.esSelector] = 0
        self[HostFields.csSelector] = cpu_read_code_selector()
        self[HostFields.ssSelector] = 0
        self[HostFields.dsSelector] = 0
        self[HostFields.fsSelector] = 0
        self[HostFields.gsSelector] = 0
        self[HostFields.trSelector] = cpu_read_task_register()
        self[HostFields.fsBase] = 0
        self[HostFields.gsBase] = cpu_read_msr(ModelSpecificRegister.gsBase)
        self[HostFields.trBase] = cpu_read_task_base()
        self[HostFields.gdtrBase] = cpu_read_gdt_base()
        self[HostFields.idtrBase] = cpu_read_idt_base()
        self[HostFields.systemEnterSegment] = 0
        self[HostFields.systemEnterStack] = 0
        self[HostFields.systemEnterTarget] = 0
        self[HostFields.pageAttributeTable] = cpu_read_msr(ModelSpecificRegister.pageAttributeTable)
        self[HostFields.efer] = EFER(rawValue: cpu_read_msr(ModelSpecificRegister.extendedFeatureEnable))
    }
}
