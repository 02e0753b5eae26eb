// SPDX-License-Identifier: MIT
import Architecture
import Hypervisor

/// A VMCS that can be read and written. What a virtual CPU's control block does is written in these terms, so that it is tested
/// on the host as well, where there is no VMREAD.
protocol VMCSAccess {
    /// VMREAD.
    func read(_ encoding: UInt64) -> UInt64
    /// VMWRITE.
    func write(_ encoding: UInt64, _ value: UInt64)
    /// What the processor can do.
    var capabilities: VMXCapabilities { get }
    /// The page that holds the guest's task priority.
    var virtualAPICPage: HostPhysicalAddress { get }
    /// The guest's CR2 and DR6, which no field holds.
    var cr2: UInt64 { get nonmutating set }
    var debugStatus: UInt64 { get nonmutating set }
    /// Whether the last entry ended before the processor looked at the guest's state.
    var hasFailed: Bool { get }
    /// Drops what the processor has cached of translations under the virtual CPU's identifier.
    func flushOwnTranslations()
}

extension VMCSAccess {
    /// A field.
    @inline(__always)
    subscript<Value>(field: VMCSField<Value>) -> Value {
        get { Value(vmcsBits: read(field.encoding)) }
        nonmutating set { write(field.encoding, newValue.vmcsBits) }
    }
}
