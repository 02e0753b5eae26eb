// SPDX-License-Identifier: MIT

/// A 64-bit number at an offset that is only a multiple of 4, as the 32-bit C ABI places it.
public struct PackedUInt64: GuestLayout {
    /// Bits 31...0.
    public var low: UInt32 = 0
    /// Bits 63...32.
    public var high: UInt32 = 0

    /// Zero.
    public init() {}

    /// Splits `value` in two halves.
    public init(_ value: UInt64) {
        low = UInt32(truncatingIfNeeded: value)
        high = UInt32(truncatingIfNeeded: value >> 32)
    }

    /// The whole number.
    public var value: UInt64 {
        get { UInt64(high) << 32 | UInt64(low) }
        set { self = PackedUInt64(newValue) }
    }
}
