// SPDX-License-Identifier: MIT
import CPU
import Hypervisor

extension VMCB {
    /// The guest's RAX lies in the VMCB while the guest runs; here, and nowhere else, it is moved there and back. An event whose
    /// delivery the exit has interrupted is injected again at the next entry.
    @inline(__always)
    func run(_ registers: inout GuestRegisters) -> Exit {
        state.rax = registers.rax
        // SAFETY: the VMCB and the registers belong to the virtual CPU, which exists for as long as it runs.
        unsafe svm_world_switch(address, &registers, control.hostVMCB)
        registers.rax = state.rax
        control.tlbControl = .keep
        control.eventInjection = control.exitInterruptInformation.forReinjection
        return exit
    }

    var refusal: StaticString { "VMRUN ended with VMEXIT_INVALID" }

    var brokenRule: StaticString? { VMCBValidator.brokenRule(control: control, state: state) }
}
