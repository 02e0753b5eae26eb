// SPDX-License-Identifier: MIT

/// What is asked of a machine; what is left open is chosen by ``models(nested:)``.
public struct MachineRequest: Sendable {
    /// An accelerator as it is asked for.
    public enum Accelerator: String, Sendable, CaseIterable {
        case tcg, kvm
    }

    /// Something that only some machines can do.
    public enum Need: Sendable, CaseIterable {
        /// A time-stamp counter that counts instructions.
        case instructionCounting
        /// A debugger on TCP port 1234.
        case debugger
        /// A hard disk whose image is in the format qcow2.
        case qcow2
        /// A choice of firmware.
        case firmware
    }

    /// The vendors; empty for any.
    public var vendors: Set<ProcessorVendor>
    /// Models by name.
    public var models: [ProcessorModel]
    public var accelerator: Accelerator?
    /// QEMU's mainboard.
    public var mainboard: QEMU.Machine?
    public var needs: Set<Need>

    /// A request; see the properties.
    public init(
        vendors: Set<ProcessorVendor> = [], models: [ProcessorModel] = [], accelerator: Accelerator? = nil,
        mainboard: QEMU.Machine? = nil, needs: Set<Need> = []
    ) {
        self.vendors = vendors
        self.models = models
        self.accelerator = accelerator
        self.mainboard = mainboard
        self.needs = needs
    }

    /// Why a request cannot be met: it contradicts itself, or this host cannot do it.
    public struct Contradiction: Error, Equatable, CustomStringConvertible {
        /// What does not go together, and what to leave out.
        public var description: String
    }
}
