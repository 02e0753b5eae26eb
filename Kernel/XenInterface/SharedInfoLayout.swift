// SPDX-License-Identifier: MIT

/// Offsets in the shared info page (`struct shared_info`, Xen public header `xen.h`), in bytes.
///
/// A domain has the 64-bit layout until it writes the hypercall-page MSR or sets its event callback from a CPU that is
/// not in 64-bit mode.
public struct SharedInfoLayout: Hashable, Sendable {
    /// Offsets within each element of `vcpuInfo`.
    public let vcpu: VCPUInfoLayout
    /// The pending bits: one for each event channel.
    public let eventPending: Int
    /// The mask bits: one for each event channel.
    public let eventMask: Int
    /// 32 bits, odd while the wall clock is being written.
    public let wallClockVersion: Int
    /// Bits 31...0 of the Unix time at system time 0, in seconds.
    public let wallClockSeconds: Int
    /// 32 bits: the nanoseconds after that second.
    public let wallClockNanoseconds: Int
    /// Bits 63...32 of the seconds.
    public let wallClockSecondsHigh: Int
    /// One word: the guest's own note of its highest frame.
    public let maximumFrame: Int
    /// One word: the guest's own note of where its frame lists lie.
    public let frameListList: Int
    /// One word: why a non-maskable interrupt was raised.
    public let nmiReason: Int
    /// The length of the whole.
    public let size: Int

    /// An array of `legacyVCPUCount` elements, each `vcpu.size` bytes long.
    public var vcpuInfo: Int { 0 }
    /// How many vCPUs have their information in the page (`XEN_LEGACY_MAX_VCPUS`).
    public var legacyVCPUCount: Int { 32 }
    /// The guest's word: 8 or 4 bytes.
    public var wordSize: Int { vcpu.wordSize }
    /// How many event channels there are in the 2-level ABI: the square of the bits in a word.
    public var eventChannelCount: Int { (wordSize * 8) * (wordSize * 8) }

    /// The layout of a 64-bit guest.
    public static var bits64: SharedInfoLayout {
        SharedInfoLayout(
            vcpu: .bits64, eventPending: 2048, eventMask: 2560, wallClockVersion: 3072, wallClockSeconds: 3076,
            wallClockNanoseconds: 3080, wallClockSecondsHigh: 3084, maximumFrame: 3088, frameListList: 3096,
            nmiReason: 3104, size: 3136)
    }

    /// The layout of a 32-bit guest.
    public static var bits32: SharedInfoLayout {
        SharedInfoLayout(
            vcpu: .bits32, eventPending: 2048, eventMask: 2176, wallClockVersion: 2304, wallClockSeconds: 2308,
            wallClockNanoseconds: 2312, wallClockSecondsHigh: 2340, maximumFrame: 2316, frameListList: 2320,
            nmiReason: 2324, size: 2344)
    }
}
