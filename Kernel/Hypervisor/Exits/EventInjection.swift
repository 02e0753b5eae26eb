// SPDX-License-Identifier: MIT
import Architecture

/// An event that the next entry delivers to the guest, or that an exit has kept from being delivered. Both vendors use the same
/// bits; Intel keeps the error code in a field of its own. (AMD APM vol. 2 §15.20; Intel SDM vol. 3C §25.8.3, §25.9.3)
public struct EventInjection: RawRepresentable, Equatable, BitwiseCopyable, Sendable {
    /// Bits 31:0 describe the event, bits 63:32 are its error code.
    public let rawValue: UInt64

    /// Bits 10:8.
    public enum Kind: UInt64, Sendable {
        case interrupt = 0
        case nonMaskableInterrupt = 2
        case exception = 3
        case softwareInterrupt = 4
        /// Of INT1; Intel only.
        case privilegedSoftwareException = 5
        /// Of INT3 and INTO; Intel only.
        case softwareException = 6
    }

    /// Nothing.
    public static let none = EventInjection(rawValue: 0)

    /// An event as the control block has it.
    public init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    /// An event with bit 31, valid, set; bit 11 tells that an error code goes with it.
    public init(_ kind: Kind, vector: UInt8, errorCode: UInt32? = nil) {
        let error = errorCode.map { UInt64($0) << 32 | 1 << 11 } ?? 0
        rawValue = UInt64(vector) | kind.rawValue << 8 | 1 << 31 | error
    }

    /// Bit 31: there is an event.
    public var isValid: Bool { rawValue & 1 << 31 != 0 }
    /// Bits 10:8; nil for a reserved value.
    public var kind: Kind? { Kind(rawValue: rawValue >> 8 & 7) }
    /// Bits 7:0.
    public var vector: UInt8 { UInt8(truncatingIfNeeded: rawValue) }
    /// Bit 11: an error code goes with it.
    public var hasErrorCode: Bool { rawValue & 1 << 11 != 0 }
    /// Bits 63:32.
    public var errorCode: UInt32 { UInt32(truncatingIfNeeded: rawValue >> 32) }

    /// The event to deliver again after an exit: none for INT n, INT1, INT3 and INTO, whose instruction is executed again. AMD
    /// reports the last two as exceptions.
    public var forReinjection: EventInjection {
        guard isValid else { return .none }
        switch kind {
        case .softwareInterrupt, .softwareException, .privilegedSoftwareException: return .none
        case .exception where vector == Exception.breakpoint.rawValue || vector == Exception.overflow.rawValue:
            return .none
        default: return EventInjection(rawValue: rawValue & ~(1 << 12))
        }
    }
}
