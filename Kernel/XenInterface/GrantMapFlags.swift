// SPDX-License-Identifier: MIT

/// How a granted frame is mapped (`GNTMAP_*`, Xen public header `grant_table.h`).
public struct GrantMapFlags: OptionSet, GuestLayout {
    /// The bits.
    public var rawValue: UInt32 = 0

    /// Not mapped at all.
    public init() {}

    /// The flags whose bits are set.
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// For devices.
    public static var device: GrantMapFlags { GrantMapFlags(rawValue: 1 << 0) }
    /// For the CPU.
    public static var host: GrantMapFlags { GrantMapFlags(rawValue: 1 << 1) }
    /// For reading only.
    public static var readOnly: GrantMapFlags { GrantMapFlags(rawValue: 1 << 2) }
    /// For user mode; PV only.
    public static var application: GrantMapFlags { GrantMapFlags(rawValue: 1 << 3) }
    /// The address is that of a page-table entry; PV only.
    public static var containsPageTableEntry: GrantMapFlags { GrantMapFlags(rawValue: 1 << 4) }
}
