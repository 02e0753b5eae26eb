// SPDX-License-Identifier: MIT

/// Offsets in one vCPU's information (`struct vcpu_info`, Xen public header `xen.h`), in bytes.
///
/// Both layouts are 64 bytes long and begin with the pending and mask bytes; they differ in the width of the selector.
public struct VCPUInfoLayout: Hashable, Sendable {
    /// The guest's word: 8 or 4 bytes.
    public let wordSize: Int
    /// The selector, one word: a bit for each word of pending bits.
    public let pendingSelector: Int

    /// One byte: not 0 when an event waits.
    public var upcallPending: Int { 0 }
    /// One byte: unused by HVM and PVH guests.
    public var upcallMask: Int { 1 }
    /// The `VCPUTimeInfo`.
    public var time: Int { 32 }
    /// The length of the whole.
    public var size: Int { 64 }

    /// The layout of a 64-bit guest.
    public static var bits64: VCPUInfoLayout { VCPUInfoLayout(wordSize: 8, pendingSelector: 8) }
    /// The layout of a 32-bit guest.
    public static var bits32: VCPUInfoLayout { VCPUInfoLayout(wordSize: 4, pendingSelector: 4) }
}
