// SPDX-License-Identifier: MIT

/// The index of an entry in the granting domain's table (`grant_ref_t`, Xen public header `grant_table.h`).
public struct GrantReference: RawRepresentable, Hashable, GuestLayout {
    /// The index itself.
    public var rawValue: UInt32 = 0

    /// Entry 0.
    public init() {}

    /// The entry at index `rawValue`.
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// The entry through which the control domain reaches the console ring (`GNTTAB_RESERVED_CONSOLE`).
    public static var console: GrantReference { GrantReference(rawValue: 0) }
    /// The entry through which the control domain reaches the xenstore ring (`GNTTAB_RESERVED_XENSTORE`).
    public static var xenstore: GrantReference { GrantReference(rawValue: 1) }
    /// The number of entries at the start that are set aside (`GNTTAB_NR_RESERVED_ENTRIES`).
    public static var reservedCount: UInt32 { 8 }
}
