// SPDX-License-Identifier: MIT

/// Where everything but the kernel lies in the physical address space of a PVH guest.
///
/// RAM is contiguous from 0, without the holes of a PC. It ends well below the special regions, because GRUB maps its
/// grant frame and the shared info page into the first gap of the memory map below 4 GiB.
public enum GuestPhysicalLayout {
    /// The size of a page, in bytes.
    public static let pageSize: UInt64 = 4096

    /// The highest address at which RAM below 4 GiB may end.
    public static let lowMemoryLimit: UInt64 = 0xF000_0000

    /// Where the rest of the RAM starts.
    public static let highMemoryStart: UInt64 = 1 << 32

    /// The most RAM that a guest may have, in bytes: 1 TiB.
    public static let maximumMemory: UInt64 = 1 << 40

    /// Start information and lists must end below 1 GiB: Linux reads them through a first map of that size.
    public static let startInfoLimit: UInt64 = 1 << 30

    /// The region that holds the ACPI tables.
    public static var acpi: PhysicalRange { PhysicalRange(address: 0xFC00_0000, size: 0x1000) }

    /// The pages that the guest shares with its back ends; see `SpecialPage`.
    public static var specialPages: PhysicalRange { PhysicalRange(address: 0xFEFF_8000, size: 0x8000) }
}

/// A page in `GuestPhysicalLayout.specialPages`: the number is its place there, as Xen's toolstack has it.
public enum SpecialPage: UInt64, CaseIterable, Sendable {
    case paging
    case access
    case sharing
    case bufferedIORequests
    case xenstore
    case ioRequests
    case identityPageTable
    case console

    /// The guest frame number of the page, which an HVM parameter tells the guest.
    public var frame: UInt64 {
        GuestPhysicalLayout.specialPages.address / GuestPhysicalLayout.pageSize + rawValue
    }
}
