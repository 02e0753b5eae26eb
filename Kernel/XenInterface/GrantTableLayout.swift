// SPDX-License-Identifier: MIT

/// The shape of a version-1 grant table.
public enum GrantTableLayout {
    /// How many bytes an entry has.
    public static var entrySize: Int { 8 }
    /// How many entries a frame has.
    public static var entriesPerFrame: Int { 512 }
    /// Set in an index into `PhysicalMapSpace.grantTable` to name a status frame (`XENMAPIDX_grant_table_status`).
    public static var statusFrame: UInt64 { 0x8000_0000 }
}
