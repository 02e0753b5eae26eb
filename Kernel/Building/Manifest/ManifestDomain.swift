// SPDX-License-Identifier: MIT

/// What the manifest says about one domain. Texts are given as their place in the manifest's bytes.
public struct ManifestDomain: Sendable {
    /// The domain's name: 1 to 64 bytes of UTF-8 without control characters.
    public let name: Range<Int>

    /// The kernel's command line: at most 4096 bytes, none of them zero.
    public let commandLine: Range<Int>

    /// Which boot module is the kernel; see `ManifestLayout` for how modules are counted.
    public let kernelModule: Int

    /// Which boot module is the initial ramdisk, or nil.
    public let ramdiskModule: Int?

    /// The domain's memory in MiB.
    public let memory: UInt32

    /// How many vCPUs the domain has, 1...128.
    public let vCPUCount: Int

    /// The domain's UUID in the order in which it is written.
    public let uuid: InlineArray<16, UInt8>

    /// How much of the processors' time it gets in proportion to others, 1...65535.
    public let weight: UInt32

    /// The most that it gets of the processors' time, in per cent of one; 0 for no limit.
    public let cap: UInt32
}
