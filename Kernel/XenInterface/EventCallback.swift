// SPDX-License-Identifier: MIT

/// How a guest is told of events: the value of `HVMParameter.callbackInterrupt` (`HVM_PARAM_CALLBACK_TYPE_*`, Xen
/// public header `hvm/params.h`). Bits 63...56 are the kind, the others depend on it.
public struct EventCallback: RawRepresentable, Hashable, Sendable {
    /// The whole value.
    public var rawValue: UInt64

    /// The callback that `rawValue` describes.
    public init(rawValue: UInt64) { self.rawValue = rawValue }

    /// An interrupt vector, raised on the vCPU that has the event, without its local APIC.
    public static func vector(_ vector: UInt8) -> EventCallback {
        EventCallback(rawValue: UInt64(Kind.vector.rawValue) << 56 | UInt64(vector))
    }

    /// What kind of callback it is; `nil` if there is no such kind.
    public var kind: Kind? { Kind(rawValue: UInt8(truncatingIfNeeded: rawValue >> 56)) }

    /// The vector of a callback of kind `vector`.
    public var vector: UInt8 { UInt8(truncatingIfNeeded: rawValue) }

    /// The kinds of callback.
    public enum Kind: UInt8, Sendable {
        /// A line of the interrupt controllers; 0 turns the callback off.
        case globalInterrupt = 0
        /// The interrupt pin of a PCI device.
        case pciInterrupt = 1
        /// An interrupt vector.
        case vector = 2
    }
}
