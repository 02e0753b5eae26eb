// SPDX-License-Identifier: MIT

/// The manifest's bytes, in numbers. All fields are little-endian and 32 bits wide unless said otherwise.
///
/// A header, then one record for each domain, then the texts that the records point to:
///
/// | offset | header field                              |
/// |-------:|-------------------------------------------|
/// |      0 | magic, 8 bytes: "ApusDoms"                |
/// |      8 | version: 2                                |
/// |     12 | number of domains, 1...64                 |
/// |     16 | size of the whole manifest in bytes       |
/// |     20 | reserved, 0                               |
///
/// | offset | record field                              |
/// |-------:|-------------------------------------------|
/// |      0 | offset of the name in the manifest        |
/// |      4 | length of the name in bytes, 1...64       |
/// |      8 | offset of the command line                |
/// |     12 | length of the command line, 0...4096      |
/// |     16 | module index of the kernel                |
/// |     20 | module index of the ramdisk, or all ones  |
/// |     24 | memory in MiB, 1...1048576                |
/// |     28 | number of vCPUs, 1...128                  |
/// |     32 | UUID, 16 bytes, as Xen's domain handle    |
/// |     48 | weight, 1...65535                         |
/// |     52 | cap, 0...100 for each vCPU                |
///
/// A module index counts *all* boot modules in the order in which the boot loader gives them, from 0, the manifest
/// itself included: where the manifest is the first module, the next one has index 1.
public enum ManifestLayout {
    /// The eight characters "ApusDoms" as a little-endian number.
    public static let magic: UInt64 = 0x736D_6F44_7375_7041
    /// The version that this page describes.
    public static let version: UInt32 = 2
    /// The size of the header in bytes.
    public static let headerSize = 24
    /// The size of a domain's record in bytes.
    public static let recordSize = 56
    /// The most domains that a manifest holds.
    public static let maximumDomainCount = 64
    /// The longest name of a domain, in bytes of UTF-8.
    public static let maximumNameLength = 64
    /// The longest command line, in bytes.
    public static let maximumCommandLineLength = StartOfDay.maximumCommandLineLength
    /// The most memory of a domain, in MiB.
    public static let maximumMemory = UInt32(GuestPhysicalLayout.maximumMemory >> 20)
    /// The most vCPUs of a domain.
    public static let maximumVCPUCount = UInt32(ACPITables.maximumVCPUCount)
    /// The highest weight of a domain, as of Xen's `xl`.
    public static let maximumWeight: UInt32 = 65_535
    /// What a cap may allow each vCPU, in per cent of a processor.
    public static let maximumCapPerVCPU: UInt32 = 100
    /// The module index that stands for "none".
    public static let noModule = UInt32.max
}
