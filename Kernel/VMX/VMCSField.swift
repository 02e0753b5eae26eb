// SPDX-License-Identifier: MIT
import Architecture
import Hypervisor

/// A field of the VMCS: its encoding, and the type of its value. (Intel SDM vol. 3D appendix B)
struct VMCSField<Value: VMCSValue>: Sendable {
    let encoding: UInt64

    init(_ encoding: UInt64) {
        self.encoding = encoding
    }
}

/// What a field can hold. VMREAD and VMWRITE move 64 bits, whatever the width of the field.
protocol VMCSValue {
    /// The value from what VMREAD gives.
    init(vmcsBits: UInt64)
    /// The value as VMWRITE takes it.
    var vmcsBits: UInt64 { get }
}

extension VMCSValue where Self: FixedWidthInteger & UnsignedInteger {
    init(vmcsBits: UInt64) { self = Self(truncatingIfNeeded: vmcsBits) }
    var vmcsBits: UInt64 { UInt64(self) }
}

extension VMCSValue where Self: RawRepresentable, RawValue: FixedWidthInteger & UnsignedInteger, Self: OptionSet {
    init(vmcsBits: UInt64) { self.init(rawValue: RawValue(truncatingIfNeeded: vmcsBits)) }
    var vmcsBits: UInt64 { UInt64(rawValue) }
}

extension UInt16: VMCSValue {}
extension UInt32: VMCSValue {}
extension UInt64: VMCSValue {}
extension CR0: VMCSValue {}
extension CR4: VMCSValue {}
extension EFER: VMCSValue {}
extension RFlags: VMCSValue {}
extension InterceptedExceptions: VMCSValue {}
extension PinBasedControls: VMCSValue {}
extension ProcessorBasedControls: VMCSValue {}
extension SecondaryControls: VMCSValue {}
extension ExitControls: VMCSValue {}
extension EntryControls: VMCSValue {}
extension Interruptibility: VMCSValue {}
