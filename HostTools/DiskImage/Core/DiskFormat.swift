// SPDX-License-Identifier: MIT

/// How a disk is stored in a file.
public enum DiskFormat: String, CaseIterable, Sendable {
    /// The bytes of the disk, one after the other.
    case raw
    /// QEMU's copy-on-write format, versions 2 and 3. Source: QEMU, `docs/interop/qcow2.txt`.
    case qcow2

    /// The format that the name of a new image asks for: qcow2 where it ends so, else raw.
    public static func named(_ path: String) -> DiskFormat {
        ["qcow2", "qcow", "qc2"].contains(HostPath.suffix(of: path)) ? .qcow2 : .raw
    }
}
