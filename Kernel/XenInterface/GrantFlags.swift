// SPDX-License-Identifier: MIT

/// The flags of a `GrantEntry` (`GTF_*`, Xen public header `grant_table.h`).
public struct GrantFlags: OptionSet, GuestLayout {
    /// The bits. Bits 1...0 are the kind of entry: 0 unused, 1 `permitAccess`, 2 `acceptTransfer`, 3 transitive.
    public var rawValue: UInt16 = 0

    /// An unused entry.
    public init() {}

    /// The flags whose bits are set.
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// Another domain may use the frame.
    public static var permitAccess: GrantFlags { GrantFlags(rawValue: 1) }
    /// Another domain may give a frame.
    public static var acceptTransfer: GrantFlags { GrantFlags(rawValue: 2) }
    /// The bits that hold the kind of entry.
    public static var kindMask: GrantFlags { GrantFlags(rawValue: 3) }
    /// The frame may only be read.
    public static var readOnly: GrantFlags { GrantFlags(rawValue: 1 << 2) }
    /// Set by the hypervisor while the frame is mapped for reading.
    public static var reading: GrantFlags { GrantFlags(rawValue: 1 << 3) }
    /// Set by the hypervisor while the frame is mapped for writing.
    public static var writing: GrantFlags { GrantFlags(rawValue: 1 << 4) }
    /// How the frame may be cached (`GTF_PWT`, `GTF_PCD`, `GTF_PAT`); PV only.
    public static var cacheMask: GrantFlags { GrantFlags(rawValue: 7 << 5) }
    /// A part of the frame is granted; version 2 only.
    public static var subPage: GrantFlags { GrantFlags(rawValue: 1 << 8) }
}
