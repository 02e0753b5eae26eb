// SPDX-License-Identifier: MIT

/// How large the parts of an image may be. These are QEMU's limits: what is larger, it would not open either.
/// Source: QEMU, `block/qcow2.h`, and qcow2.txt.
enum QCOW2Limits {
    static let clusterBits: ClosedRange<UInt32> = 9...21
    /// Extended L2 entries need clusters of 16 KiB, so that a subcluster has a sector.
    static let extendedClusterBits: ClosedRange<UInt32> = 14...21
    static let refcountOrder: ClosedRange<UInt32> = 0...6
    static let l1Bytes: UInt64 = 32 << 20
    static let refcountTableBytes: UInt64 = 8 << 20
    static let snapshots: UInt32 = 65536
    static let snapshotTableBytes: UInt64 = 64 << 20
    static let snapshotExtraBytes: UInt32 = 1024
    static let backingNameBytes: UInt32 = 1023
    static let bitmaps: UInt32 = 65535
    static let bitmapBytes: UInt64 = 512 << 20
    static let bitmapDirectoryBytes: UInt64 = 64 << 20
    /// Table entries hold offsets of 56 bits.
    static let hostBytes: UInt64 = 1 << 56
    /// No file is longer, and no disk.
    static let virtualSize: UInt64 = UInt64(Int64.max)
    /// Backing files below one another.
    static let chainDepth = 128
}
