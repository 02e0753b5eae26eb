// SPDX-License-Identifier: MIT

extension MachineRequest {
    /// Named models must be of a vendor that is asked for, and leave no question which accelerator to use.
    func checkNames() throws(Contradiction) {
        if accelerator == .kvm, needs.contains(.instructionCounting) {
            throw Contradiction(description: "--accelerator kvm: KVM does not count instructions; leave it out")
        }
        for model in models {
            if !vendors.isEmpty, !vendors.contains(model.vendor) {
                throw Contradiction(
                    description: "--model \(model.name) is no \(vendors.first == .amd ? "AMD" : "Intel") processor; "
                        + "leave out --cpu or --model")
            }
            if accelerator == .kvm, model == .qemu(.tcg) {
                throw Contradiction(
                    description:
                        "--model \(model.name) is emulated by QEMU's TCG; leave out --model or --accelerator kvm")
            }
        }
    }

    /// What is asked for beside the processor must be something that its emulator has.
    func check(_ model: ProcessorModel) throws(Contradiction) {
        guard case .bochs = model else {
            if needs.contains(.firmware) {
                throw Contradiction(
                    description:
                        "--firmware goes with Bochs, but \(model.name) is QEMU's; leave it out or use --cpu intel")
            }
            return
        }
        if let accelerator {
            throw Contradiction(
                description:
                    "--accelerator \(accelerator.rawValue) goes with QEMU, but \(model.name) is emulated by Bochs "
                    + "(QEMU's TCG has no VMX); leave out --accelerator")
        }
        if mainboard == .q35 {
            throw Contradiction(
                description: "--machine q35 goes with QEMU, but \(model.name) is emulated by Bochs; leave out --machine"
            )
        }
        if needs.contains(.debugger) {
            throw Contradiction(
                description:
                    "--debugger goes with QEMU, but \(model.name) is emulated by Bochs; leave it out or use --cpu amd")
        }
        if needs.contains(.qcow2) {
            throw Contradiction(
                description:
                    "a qcow2 image goes with QEMU, but \(model.name) is emulated by Bochs, which boots raw images; "
                    + "give one, or use --cpu amd")
        }
    }
}
