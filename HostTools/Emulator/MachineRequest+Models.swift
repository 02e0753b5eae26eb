// SPDX-License-Identifier: MIT

extension MachineRequest {
    /// The models that meet the request, and what there is to say about the choice.
    ///
    /// For a vendor of whom no model is named this is the host's own processor where KVM can nest, else QEMU for AMD and Bochs
    /// for Intel.
    /// - Parameter nested: tells whether KVM can nest; asked only where it matters.
    public func models(
        nested: () -> NestedVirtualization = { .probe() }
    ) throws(Contradiction) -> (models: [ProcessorModel], note: String?) {
        try checkNames()
        var chosen: [ProcessorModel] = []
        for model in models where !chosen.contains(model) { chosen.append(model) }
        let open = ProcessorVendor.allCases.filter { vendor in
            vendors.contains(vendor) && !models.contains { $0.vendor == vendor }
        }
        var note: String?
        if !open.isEmpty || chosen.isEmpty {
            let usual = try usualModels(open, nested)
            chosen = usual.models + chosen
            note = usual.note
        }
        for model in chosen { try check(model) }
        return (chosen, note)
    }

    /// The models for vendors of whom none is named; for no vendor, the one that is easiest to have.
    private func usualModels(
        _ open: [ProcessorVendor], _ nested: () -> NestedVirtualization
    ) throws(Contradiction) -> (models: [ProcessorModel], note: String?) {
        guard mayUseKVM else { return ((open.isEmpty ? [.amd] : open).map(emulated), nil) }
        switch nested() {
        case .offered(let vendor):
            if accelerator == .kvm, let other = open.first(where: { $0 != vendor }) {
                throw Contradiction(
                    description: "--accelerator kvm: this host's processor has \(vendor.virtualization), not "
                        + "\(other.virtualization); leave out --accelerator or --cpu")
            }
            let wanted = open.isEmpty ? [vendor] : open
            return (wanted.map { $0 == vendor ? .qemu(.kvm(vendor)) : emulated($0) }, nil)
        case .missing(let reason):
            guard accelerator != .kvm else {
                throw Contradiction(description: "--accelerator kvm: \(reason); leave out --accelerator")
            }
            return ((open.isEmpty ? [.amd] : open).map(emulated), "no KVM: \(reason)")
        }
    }

    /// KVM counts no instructions, and has no part where another accelerator is asked for.
    private var mayUseKVM: Bool { accelerator == .kvm || accelerator == nil && !needs.contains(.instructionCounting) }

    private func emulated(_ vendor: ProcessorVendor) -> ProcessorModel {
        switch vendor {
        case .amd: .qemu(.tcg)
        case .intel: .bochs(.usual(of: .intel))
        }
    }
}
