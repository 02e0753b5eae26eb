// SPDX-License-Identifier: MIT

/// A processor that the hypervisor can be tried on, whichever emulator has it.
public enum ProcessorModel: Sendable, Hashable {
    /// QEMU, by interpretation or on the host's own processor.
    case qemu(QEMU.Accelerator)
    /// One of Bochs' models.
    case bochs(Bochs.Processor)

    /// The models that can be named anywhere: QEMU's without the host's processor, then those of Bochs.
    public static var named: [ProcessorModel] {
        [.qemu(.tcg)] + Bochs.Processor.allCases.map(ProcessorModel.bochs)
    }

    /// The named model.
    public init?(name: String) {
        guard let model = Self.named.first(where: { $0.name == name }) else { return nil }
        self = model
    }

    /// Its name: QEMU's or Bochs' own.
    public var name: String {
        switch self {
        case .qemu(.tcg): "epyc"
        case .qemu(.kvm): "host"
        case .bochs(let processor): processor.rawValue
        }
    }

    /// A line for a list: emulator, extension for virtual machines, and what is missing or special.
    public var summary: String {
        switch self {
        case .qemu(.tcg): "QEMU, SVM"
        case .qemu(.kvm(let vendor)): "QEMU on the host's processor, \(vendor.virtualization)"
        case .bochs(let processor): "Bochs, \(processor.summary)"
        }
    }

    /// Whether Bochs has it.
    public var isBochs: Bool { if case .bochs = self { true } else { false } }

    /// Who makes the processor.
    public var vendor: ProcessorVendor {
        switch self {
        case .qemu(.tcg): .amd
        case .qemu(.kvm(let vendor)): vendor
        case .bochs(let processor): processor.vendor
        }
    }

    /// Whether its clock is the host's: what else the host does can then be noticed by a guest.
    public var runsInRealTime: Bool {
        switch self {
        case .qemu: true
        case .bochs: false
        }
    }
}
