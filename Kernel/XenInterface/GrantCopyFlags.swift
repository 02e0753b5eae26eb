// SPDX-License-Identifier: MIT

/// What the targets of a grant copy are (`GNTCOPY_*`, Xen public header `grant_table.h`).
public struct GrantCopyFlags: OptionSet, GuestLayout {
    /// The bits.
    public var rawValue: UInt16 = 0

    /// Both sides are guest frames.
    public init() {}

    /// The flags whose bits are set.
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// The source is a grant reference.
    public static var sourceIsReference: GrantCopyFlags { GrantCopyFlags(rawValue: 1 << 0) }
    /// The destination is a grant reference.
    public static var destinationIsReference: GrantCopyFlags { GrantCopyFlags(rawValue: 1 << 1) }
}
